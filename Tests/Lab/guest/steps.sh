# What the scenarios are told in: hosts, programs that keep running, and the questions asked of them.

# on HOST COMMAND…: what an admin types at that host's prompt.
on() {
    host=$1
    shift
    nsenter --net="/run/netns/$host" --mount="/lab/host/$host" "$@"
}

# start HOST NAME COMMAND…: a program that keeps running there; what it says goes to /lab/log/HOST-NAME.
start() {
    host=$1
    program=$1-$2
    shift 2
    nsenter --net="/run/netns/$host" --mount="/lab/host/$host" "$@" </dev/null >>"/lab/log/$program" 2>&1 &
    echo $! >"/lab/pid/$program"
}

# stop HOST NAME [SIGNAL]: ends it, waits for its end and succeeds if it ended with status 0.
stop() {
    read -r pid <"/lab/pid/$1-$2"
    kill "-${3:-TERM}" "$pid" && wait "$pid" 2>/dev/null
}

# The article's files where it has them, and on each of the two DNS servers the one that joins them.
configure() {
    mkdir -p /var/named/data /etc/ha.d
    cp "$ZONES/named.conf" /etc/named.conf
    cp "$ZONES/yufu123.com.zone" /var/named/
    cp "$ZONES/ldirectord.cf" /etc/ha.d/
    on director sh -c 'cat >/etc/swerve/swerve.conf' <<'CONF'
include "/etc/named.conf";
director {
    ldirectord "/etc/ha.d/ldirectord.cf";
};
CONF
    on dns sh -c 'cat >/etc/swerve/swerve.conf' <<'CONF'
include "/etc/named.conf";
director {
    ldirectord "/etc/ha.d/ldirectord.cf";
    backend none;
};
CONF
}

start_swerved() { start "$1" swerved swerved -c /etc/swerve/swerve.conf; }

# swerved on the director, and the second one on the DNS host: the table is whole and both answer, or nothing
# that follows means anything.
serve() {
    configure
    start_swerved director
    start_swerved dns
    expect "both swerved have started" wait_until 20 serving
}

serving() { table_is_whole && names_the_vip $DIRECTOR && names_the_vip $DNS; }

start_web() { start "$1" web busybox httpd -f -p "[::]:80" -h "/srv/$1"; }

# The addresses that a server gives for www.yufu123.com, one a line.
addresses() { on client dig +short +tries=1 +time=1 "@$1" www.yufu123.com A; }

names_the_vip() { addresses "$1" | grep -qx $VIP; }

# The client uses that server alone, as the article sets it.
resolve_with() { echo "nameserver $1" >/etc/resolv.conf; }

# Ten curls from the client, each on a connection of its own: one line each.
ten_curls() { on client curl -sS -m 5 -H "Connection: close" "$1/?[1-10]" 2>&1; }

# Ten curls meet RS 1 and RS 2 in turn.
alternate() {
    ten_curls "$1" | awk '{ print } !/^RS [12] SERVER$/ || $0 == last { bad = 1 } { last = $0 }
        END { exit bad || NR != 10 }'
}

# Ten curls meet nothing but this.
all_say() {
    ten_curls "$2" | awk -v words="$1" '{ print } $0 != words { bad = 1 } END { exit bad || NR != 10 }'
}

# From `ipvsadm -Ln`'s form: a service, or a service and one real server, a line; sorted, without counts.
entries() {
    awk '/^(TCP|UDP|SCTP|FWM) / { $1 = $1; service = $0; print }
        $1 == "->" && $2 ~ /[0-9]/ { print service, $2, $3, $4 }' | sort
}

kernel_table() { on director ipvsadm -Ln | entries; }

in_table() { on director ipvsadm -Ln | grep -q -F -e "-> $1:"; }

# The kernel's table holds both real servers.
table_is_whole() { in_table $RS1 && in_table $RS2; }

# `ipvsadm -Ln` and `swervectl table` say the same.
tables_agree() {
    kernel_table >/lab/kernel-table
    on director swervectl table >/lab/table || return 1
    entries </lab/table | diff -u /lab/kernel-table -
}
