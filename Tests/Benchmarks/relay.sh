#!/bin/bash
# The relay beside HAProxy and nginx (Debian's haproxy, nginx-light with libnginx-mod-stream, apache2-utils): seconds
# of the proxy's processor per gigabyte and per 10,000 connections. One processor for the proxy, another one for client
# and server; the three alternate, and the median of five rounds counts, which takes three minutes. The peers move bytes
# as fast as they can be told to: HAProxy with splice, nginx with buffers of 64 KiB.
#   Tests/Benchmarks/relay.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-5}
. Tests/Benchmarks/common.bash
needs haproxy nginx ab
build swerved
folder=$(mktemp -d)
pids=()
cleanup() {
    [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true
    wait
    rm -rf "$folder"
}
trap cleanup EXIT
mkdir "$folder/www"
truncate -s 1G "$folder/www/big"

# The real server
cat >"$folder/server.conf" <<END
daemon off; worker_processes 1; pid $folder/server.pid; error_log stderr; user root;
events { worker_connections 4096; }
http { access_log off; sendfile on; keepalive_timeout 0; client_body_temp_path $folder/b; proxy_temp_path $folder/p;
  fastcgi_temp_path $folder/f; uwsgi_temp_path $folder/u; scgi_temp_path $folder/s;
  server { listen 127.0.0.1:28600 backlog=4096; root $folder/www; location = /small { return 200 "ok"; } } }
END
taskset -c 1 nginx -c "$folder/server.conf" 2>"$folder/server.log" &
pids+=($!)

# The proxies
cat >"$folder/haproxy.cfg" <<END
global
  nbthread 1
  maxconn 4000
defaults
  mode tcp
  timeout connect 5s
  timeout client 900s
  timeout server 900s
  option splice-auto
listen relay
  bind 127.0.0.1:28601 backlog 4096
  server one 127.0.0.1:28600
END
module=$(find /usr/lib/nginx/modules -name ngx_stream_module.so | head -1)
cat >"$folder/nginx.conf" <<END
${module:+load_module $module;}
daemon off; worker_processes 1; pid $folder/nginx.pid; error_log stderr; user root;
events { worker_connections 16000; }
stream { server { listen 127.0.0.1:28602 backlog=4096; proxy_pass 127.0.0.1:28600; proxy_buffer_size 64k; } }
END
cat >"$folder/swerve.conf" <<END
options { listen-on port 28653 { 127.0.0.1; }; listen-on-v6 { none; }; state-directory "$folder/state"; };
controls { unix "$folder/control.sock"; };
director { backend relay;
  virtual-server tcp 127.0.0.1 port 28603 { scheduler rr; check tcp { interval 60s; };
    real-server 127.0.0.1 port 28600 { forward masq; }; }; };
END
mkdir "$folder/state"
declare -A port=([haproxy]=28601 [nginx]=28602 [swerve]=28603) pid
taskset -c 0 haproxy -f "$folder/haproxy.cfg" -db >"$folder/haproxy.log" 2>&1 &
pids+=($!) pid[haproxy]=$!
taskset -c 0 nginx -c "$folder/nginx.conf" 2>"$folder/nginx.log" &
pids+=($!) pid[nginx]=$!
SWERVE_WORKERS=1 taskset -c 0 "$PROGRAMS/swerved" -c "$folder/swerve.conf" 2>"$folder/swerve.log" &
pids+=($!) pid[swerve]=$!
for name in "${!port[@]}"; do
    for _ in $(seq 100); do
        curl -sf "http://127.0.0.1:${port[$name]}/small" >/dev/null && continue 2
        sleep 0.1
    done
    echo "$name does not answer" >&2
    cat "$folder/$name.log" >&2
    exit 1
done

# Nanoseconds of processor time of a proxy, its worker process included.
spent() {
    local total=0 process task
    for process in $1 $(pgrep -P "$1" || true); do
        for task in "/proc/$process/task"/*/schedstat; do total=$((total + $(cut -d' ' -f1 "$task"))); done
    done
    echo "$total"
}

connections() { taskset -c 1 ab -q -n 10000 -c 50 "http://127.0.0.1:$1/small" >"$folder/ab" 2>&1; grep -q '^Failed requests: *0$' "$folder/ab"; }
gigabytes() { for _ in 1 2 3 4; do taskset -c 1 curl -sf -o /dev/null "http://127.0.0.1:$1/big"; done; }

for round in $(seq "$rounds"); do
    for name in haproxy nginx swerve; do
        for work in connections gigabytes; do
            before=$(spent "${pid[$name]}")
            $work "${port[$name]}"
            echo "$work $name $(($(spent "${pid[$name]}") - before))" >>"$folder/results"
        done
    done
done

of() { awk -v k="$1" -v n="$2" -v per="$3" '$1 == k && $2 == n { printf "%.3f\n", $3 / per }' "$folder/results" | median; }
echo "| seconds of processor, median of $rounds | haproxy | nginx | swerve |"
echo "|---|---|---|---|"
echo "| per 10,000 connections | $(of connections haproxy 1e9) | $(of connections nginx 1e9) | $(of connections swerve 1e9) |"
echo "| per gigabyte | $(of gigabytes haproxy 4e9) | $(of gigabytes nginx 4e9) | $(of gigabytes swerve 4e9) |"
