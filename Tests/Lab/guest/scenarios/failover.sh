# A real server dies and comes back; then both; then the fallback speaks.

serve
resolve_with $DIRECTOR
expect "ipvsadm and swervectl agree" tables_agree

stop rs1 web
expect "a killed real server leaves the table within two seconds" wait_until 2 not in_table $RS1
note "after $elapsed hundredths of a second"
expect "no curl fails once it has" all_say "RS 2 SERVER" http://www.yufu123.com
expect "its name still answers" names_the_vip $DIRECTOR
expect "ipvsadm and swervectl agree without it" tables_agree

start_web rs1
expect "it returns when it is back" wait_until 3 table_is_whole
expect "both serve again" alternate http://www.yufu123.com
expect "ipvsadm and swervectl agree with it" tables_agree

# withdrawn SERVER: NOERROR without an address, and a SOA that lets the absence be kept for 30 s at most.
withdrawn() {
    on client dig +tries=1 +time=1 "@$1" www.yufu123.com A >/lab/withdrawn
    grep -q 'status: NOERROR' /lab/withdrawn && grep -q 'ANSWER: 0' /lab/withdrawn &&
        awk '{ print } $4 == "SOA" && $2 <= 30 { found = 1 } END { exit !found }' /lab/withdrawn
}

unsteered() {
    on client dig +noall +answer +tries=1 +time=1 "@$1" "$2" "$3" >/lab/unsteered
    cat /lab/unsteered
    grep -q -w "$4" /lab/unsteered
}

stop rs1 web
stop rs2 web
for server in $DIRECTOR $DNS; do
    expect "with both dead, $server withdraws the VIP: NOERROR, SOA of at most 30 s" wait_until 5 withdrawn $server
    expect "NS still answers at $server" unsteered $server yufu123.com NS ns1.yufu123.com.
    expect "SOA still answers at $server" unsteered $server yufu123.com SOA 20180703
    expect "other names still answer at $server" unsteered $server ns1.yufu123.com A $DNS
done
expect "the fallback is in the table, whatever its check says" in_table 127.0.0.1
expect "ipvsadm and swervectl agree on it" tables_agree

printf 'HTTP/1.0 503 Service Unavailable\r\nConnection: close\r\n\r\nsorry\n' >/lab/sorry
start director sorry busybox nc -ll -p 80 -e sh -c 'while read -r line && [ "${#line}" -gt 1 ]; do :; done; cat /lab/sorry'
for server in $DIRECTOR $DNS; do
    expect "with a fallback that says sorry, $server names the VIP again" wait_until 5 names_the_vip $server
    resolve_with $server
    expect "curl gets its page" all_say sorry http://www.yufu123.com
done
on client curl -sS -o /dev/null -w '%{http_code}' http://www.yufu123.com >/lab/status
expect "with its status" grep -qx 503 /lab/status

start_web rs1
start_web rs2
expect "both return" wait_until 5 table_is_whole
expect "the fallback leaves" wait_until 3 not in_table 127.0.0.1
# The DNS host's last check of the fallback goes through the VIP, where it takes a turn.
expect "both serve again after all" wait_until 3 alternate http://www.yufu123.com
expect "ipvsadm and swervectl agree at the end" tables_agree
