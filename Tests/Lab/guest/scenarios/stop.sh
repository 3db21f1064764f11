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

# By the name of a network namespace, started outside of it.
expect "SIGTERM ends with 0 once more" stop director swerved
on director ipvsadm -C
cat >/etc/swerve/swerve.conf <<CONF
options { listen-on port 5353 { $DIRECTOR; }; listen-on-v6 { none; }; };
director {
    network-namespace director;
    virtual-server tcp $VIP port 80 { scheduler rr; real-server $RS1; real-server $RS2; };
};
CONF
swerved -c /etc/swerve/swerve.conf >/lab/log/outside-swerved 2>&1 &
pid=$!
expect "started outside it directs in the network namespace that it is told" wait_until 20 table_is_whole
expect "it is the same process" kill -0 $pid
expect "it serves" alternate http://$VIP
swervectl director check >/lab/check
expect "director check looks there too" test $? -eq 0
kill $pid
wait $pid
expect "and ends with 0" test $? -eq 0
sed -i 's/network-namespace director/network-namespace nowhere/' /etc/swerve/swerve.conf
expect "a namespace that is not there ends it" not swerved -c /etc/swerve/swerve.conf
