# cleanstop: SIGTERM ends with 0 and takes our services along, or leaves them, as ldirectord.cf says.

serve
resolve_with $DIRECTOR
on director ipvsadm -A -f 77 -s rr
ours() { kernel_table | grep -q -F "$VIP:80"; }
foreign() { kernel_table | grep -q -x "FWM 77 rr"; }

expect "SIGTERM ends with 0" stop director swerved
expect "cleanstop, ldirectord.cf's default: our service is gone" not ours
expect "another's is left" foreign
expect "it no longer answers" not names_the_vip $DIRECTOR
expect "the control socket is gone" not on director test -e /run/swerve/control.sock
on director swervectl status >/dev/null 2>&1
expect "swervectl says by its status that nothing runs" test $? -eq 3

on director ipvsadm -D -f 77

start_swerved director
expect "it starts again" wait_until 20 table_is_whole
echo "cleanstop=no" >>/etc/ha.d/ldirectord.cf
expect "a reload to cleanstop=no is done" on director swervectl reload
kernel_table >/lab/before
expect "SIGTERM ends with 0 again" stop director swerved
kernel_table >/lab/after
expect "cleanstop=no: the table is left in place" diff -u /lab/before /lab/after
expect "the VIP still serves without swerved" alternate http://$VIP

start_swerved director
expect "the table left behind is adopted" wait_until 20 names_the_vip $DIRECTOR
expect "and is as it was" tables_agree
