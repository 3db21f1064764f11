# The article with swerved in the place of BIND and ldirectord: names, answers and curls, from both DNS servers.

questions="www.yufu123.com A yufu123.com A yufu123.com NS yufu123.com SOA ns1.yufu123.com A
    www.yufu123.com AAAA yufu123.com MX nothing.yufu123.com A WWW.Yufu123.COM A"

# What dig shows for all questions, without what is another's at another moment, and a steered rrset's TTL.
# In small letters, since BIND answers in the zone's case, and swerved, like NSD and Knot, in the question's.
answers() {
    on client dig +tries=1 +time=3 +nocookie "$@" $questions | sed -E \
        -e '/^; <<>>|^;; (Query time|SERVER|WHEN|MSG SIZE|global)|^$/d' -e 's/, id: [0-9]+$//' \
        -e '/^; EDNS/s/udp: [0-9]+/udp: size/' -e "s/[0-9]+([[:space:]]+IN[[:space:]]+A[[:space:]]+$VIP)/ttl\1/" | tr '[:upper:]' '[:lower:]'
}

# like_bind SERVER OPTION: every status, flag and section is BIND's for the same zone file.
like_bind() {
    answers @$DNS -p 5300 "$2" >/lab/expected
    grep -c 'flags:.* aa' /lab/expected | grep -qx 9 && answers "@$1" "$2" | diff -u /lab/expected -
}

serve
sed -e 's/^options {/&\n recursion no; minimal-responses yes; pid-file none;/' -e 's/port 53/port 5300/' \
    /etc/named.conf >/etc/bind.conf
start dns bind named -g -c /etc/bind.conf
wait_until 20 on client dig +tries=1 +time=1 @$DNS -p 5300 yufu123.com SOA

for server in $DIRECTOR $DNS; do
    expect "$server answers like BIND" like_bind $server +noedns
    expect "$server answers like BIND with EDNS" like_bind $server +edns=0
    expect "$server answers like BIND over TCP" like_bind $server +tcp

    resolve_with $server
    expect "ten curls through www.yufu123.com alternate, names from $server" alternate http://www.yufu123.com
    expect "ten curls through yufu123.com alternate, names from $server" alternate http://yufu123.com
    on client getent ahosts www.yufu123.com >/lab/ahosts
    expect "getent finds the VIP by $server" grep -q "^$VIP  *STREAM" /lab/ahosts
done

expect "ipvsadm and swervectl agree" tables_agree
