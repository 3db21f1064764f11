# What others do to the kernel's table: swerved's own services are put back, everything else is left alone.

serve
on director ipvsadm -A -t 192.168.214.149:8080 -s sed
on director ipvsadm -a -t 192.168.214.149:8080 -r 192.168.214.150:8080 -g -w 7
kernel_table | grep -v 149:8080 >/lab/whole

ours_is_whole() { kernel_table | grep -v 149:8080 | diff -u /lab/whole -; }
foreign_is_left() { kernel_table | grep -c 149:8080 | grep -qx 2; }

sleep 3
expect "another's service is left alone" foreign_is_left

on director ipvsadm -d -t $VIP:80 -r $RS1
expect "a real server taken out by hand is back within two seconds" wait_until 2 in_table $RS1
on director ipvsadm -e -t $VIP:80 -r $RS2 -g -w 9
expect "a weight changed by hand is put back" wait_until 2 ours_is_whole
on director ipvsadm -E -t $VIP:80 -s wlc
expect "a scheduler changed by hand is put back" wait_until 2 ours_is_whole
on director ipvsadm -a -t $VIP:80 -r 192.168.214.151 -g
expect "a real server put into our service by hand leaves it" wait_until 2 ours_is_whole
expect "another's service is still left alone" foreign_is_left

on director ipvsadm -C
expect "the table was empty" not in_table 192.168.214.150
expect "a table emptied by ipvsadm -C is whole again within two seconds" wait_until 2 ours_is_whole
note "after $elapsed hundredths of a second"
resolve_with $DIRECTOR
expect "and serves" alternate http://www.yufu123.com

expect "ipvsadm and swervectl agree" wait_until 2 tables_agree
