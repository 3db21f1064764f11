#pragma once

#include "privileges.h"
#include "sockets.h"
// Headers that Swift's Glibc module leaves out, and shims for what Swift cannot import: one header per topic.

#include "echo_socket.h"
#include "error_text.h"
#include "memory.h"
#include "namespaces.h"
#include "netlink_socket.h"
#include "packet_socket.h"
#include "programs.h"
#include "small_file.h"
#include "streams.h"
