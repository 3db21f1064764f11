# The article itself, on BIND and a table made by hand: what the other scenarios stand on works in this guest.

configure
start dns named named -g -c /etc/named.conf
on director ipvsadm -A -t $VIP:80 -s rr
on director ipvsadm -a -t $VIP:80 -r $RS2 -g
on director ipvsadm -a -t $VIP:80 -r $RS1 -g

expect "the table is as in the article" table_is_whole
expect "ten curls alternate" alternate $VIP
resolve_with $DNS
expect "BIND names the VIP" wait_until 20 names_the_vip $DNS
expect "ten curls through www.yufu123.com alternate" alternate http://www.yufu123.com
expect "ten curls through yufu123.com alternate" alternate http://yufu123.com

# Each real server alone, so that a test that sees only the other can fail.
on director ipvsadm -d -t $VIP:80 -r $RS1
expect "a real server taken out by hand is not in the table" not in_table $RS1
expect "all curls reach the other" all_say "RS 2 SERVER" http://www.yufu123.com
