# Prints the IPVS requests in a capture of an nlmon interface, one a line: the command's number in linux/ip_vs.h,
# `changing` or `reading`, and its name. Reads `od -An -v -tu1` of a pcap file; needs -v family=NUMBER, generic
# netlink's for IPVS. Numbers are little-endian, as on the machines that run user-mode Linux.

function u16(at) { return byte[at] + 256 * byte[at + 1] }
function u32(at) { return u16(at) + 65536 * u16(at + 2) }

# Netlink messages from `at` to `end`: length, type, flags, sequence, port; then generic netlink's command.
function messages(at, end,    command) {
    for (; at + 17 <= end && u32(at) >= 16; at += int((u32(at) + 3) / 4) * 4) {
        command = byte[at + 16]
        if (u16(at + 4) == family && u16(at + 6) % 2 == 1)                     # NLM_F_REQUEST
            print command, (command in reading ? "reading" : "changing"), name[command]
    }
}

BEGIN {
    split("NEW_SERVICE SET_SERVICE DEL_SERVICE GET_SERVICE NEW_DEST SET_DEST DEL_DEST GET_DEST NEW_DAEMON " \
        "DEL_DAEMON GET_DAEMON SET_CONFIG GET_CONFIG SET_INFO GET_INFO ZERO FLUSH", name, " ")
    reading[4]; reading[8]; reading[11]; reading[13]; reading[15]
}

{ for (field = 1; field <= NF; field++) byte[count++] = $field }

# The file's header is 24 bytes, a packet's 16 with its length at 8; a packet begins with 16 bytes of link header,
# the last two of which are the netlink protocol, big-endian: 16 is NETLINK_GENERIC.
END {
    for (at = 24; at + 16 <= count; at += 16 + u32(at + 8))
        if (byte[at + 31] == 16) messages(at + 32, at + 16 + u32(at + 8))
}
