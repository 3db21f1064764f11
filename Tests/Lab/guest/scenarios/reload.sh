# Reloads with a mistake in each of the files, under steady load: nothing changes but what `reload` says.

serve
resolve_with $DIRECTOR
ldirectord=/etc/ha.d/ldirectord.cf
zone=/var/named/yufu123.com.zone

# Loads that go on as long as their file exists, and keep what they saw.
dig_load() { while [ -e /lab/dig-load ]; do addresses $DIRECTOR || echo "dig failed"; done >>/lab/log/dig 2>&1; }
curl_load() { while [ -e /lab/curl-load ]; do ten_curls http://www.yufu123.com; done >>/lab/log/curl 2>&1; }
begin_load() {
    touch "/lab/$1-load"
    "$1_load" &
    echo $! >"/lab/pid/$1-load"
}
end_load() {
    rm "/lab/$1-load"
    wait "$(cat "/lab/pid/$1-load")"
}

# saw_only LOAD PATTERN: at least some, and nothing else.
saw_only() {
    sort "/lab/log/$1" | uniq -c
    [ -s "/lab/log/$1" ] && not grep -v -x -E "$2" "/lab/log/$1"
}

# refuses PLACE: reload ends with 1 and names the mistake's file and line.
refuses() {
    on director swervectl reload >/lab/reload 2>&1
    echo "status $?" >>/lab/reload
    cat /lab/reload
    tail -n 1 /lab/reload | grep -qx "status 1" && grep -q -F "$1" /lab/reload
}

# mistaken WHAT PLACE FILE SCRIPT: with a mistake that sed makes in the file.
mistaken() {
    on director cp "$3" /lab/right
    begin_load curl
    on director sed -i "$4" "$3"
    expect "$1: reload ends with 1 and names $2" refuses "$2"
    sleep 2
    end_load curl
    stop rs1 web
    expect "$1: failover still works" wait_until 2 not in_table $RS1
    expect "$1: no curl fails once it has" all_say "RS 2 SERVER" http://www.yufu123.com
    start_web rs1
    expect "$1: the real server returns" wait_until 3 table_is_whole
    expect "$1: ipvsadm and swervectl agree" tables_agree
    on director cp /lab/right "$3"
    expect "$1: once mended, reload ends with 0" on director swervectl reload
}

begin_load dig
mistaken "zone" "yufu123.com.zone:12:" $zone '12s/192.168.214.140/192.168.214.300/'
mistaken "swerve.conf" "swerve.conf:2:" /etc/swerve/swerve.conf '2s/director/directer/'
mistaken "first line of ldirectord.cf" "ldirectord.cf:1:" $ldirectord '1s/.*/chektimeout=3/'
mistaken "last line of ldirectord.cf" "ldirectord.cf:$(grep -c '' $ldirectord):" $ldirectord \
    '$s/receive/recieve/'

sed -i 's/20180703/20180704/' $zone
on director swervectl reload >/lab/reload
expect "a good change is visible when reload returns" sh -c \
    "nsenter --net=/run/netns/client dig +short @$DIRECTOR yufu123.com SOA | grep 20180704"
# By the log where autoreload, for the file mended above, was first.
expect "and its serials are told" grep -q '20180703 -> 20180704' /lab/reload /lab/log/director-swerved

# A hole of 900 MB behind it, in a guest that has 1024.
on director cp $zone /lab/right
truncate -s 900M $zone
expect "a zone that memory has no room for: reload ends with 1 and says so" refuses "Not enough memory for 943718400"
on director cp /lab/right $zone
expect "once it is small again, reload ends with 0" on director swervectl reload
end_load dig
expect "no answer has changed" saw_only dig "$VIP"
expect "no curl has failed" saw_only curl "RS [12] SERVER"
