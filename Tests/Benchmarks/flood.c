// flood INTERFACE MAC SOURCE ADDRESS QUESTIONS RATE MILLISECONDS ROUNDS PORT:PROCESS[,PROCESS...] ...
//
// RATE questions a second for servers that listen at ports of one address, in turns that are so short that a machine's
// moods, its neighbours and its clock rate, meet all of them alike, each round in another order. MAC is the server's; the
// questions (a name and a type in each line) come from SOURCE and random ports. Prints for each turn the port, the round,
// the answers a second, the microseconds of processor time that the processes took for each, and the questions a second.
// Answers are counted as the interface counts packets. Those of the first round, which warms up and isn't told of, are
// looked at: if more than a thousandth of them is no answer, it ends with 1. For measurements between network namespaces
// of one's own only.
#define _GNU_SOURCE
#include "questions.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// WIDTH datagrams are sent at once, as a network card may gather them for an interrupt: each such call interrupts the
// server's core.
enum { MOST = 200000, SIZE = 128, WIDTH = 64, IP = 14, UDP = IP + 20, DNS = UDP + 8 };
static uint8_t packets[MOST][SIZE];
static uint16_t lengths[MOST];
static int count;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static double number(const char *path) {
    FILE *file = fopen(path, "r");
    double value = 0;
    if (file) {
        if (fscanf(file, "%lf", &value) != 1)
            value = 0;
        fclose(file);
    }
    return value;
}

static double received(const char *interface) {
    char path[128];
    snprintf(path, sizeof path, "/sys/class/net/%s/statistics/rx_packets", interface);
    return number(path);
}

// Nanoseconds that all threads of these processes have had a processor.
static double spent(const char *processes) {
    double sum = 0;
    for (const char *next = processes; next; next = strchr(next, ',')) {
        next += *next == ',';
        char path[512];
        snprintf(path, sizeof path, "/proc/%d/task", atoi(next));
        DIR *folder = opendir(path);
        for (struct dirent *entry; folder && (entry = readdir(folder));) {
            snprintf(path, sizeof path, "/proc/%d/task/%.32s/schedstat", atoi(next), entry->d_name);
            if (entry->d_name[0] != '.')
                sum += number(path);
        }
        if (folder)
            closedir(folder);
    }
    return sum;
}

static void read_questions(const char *path, const char *mac, const char *source, const char *address) {
    FILE *file = fopen(path, "r");
    size_t size;
    while (file && count < MOST && (size = next_question(file, packets[count] + DNS))) {
        uint8_t *packet = packets[count];
        lengths[count] = DNS + size;
        memcpy(packet, ether_aton(mac), 6);
        packet[6] = 2, packet[12] = 8;
        uint16_t length = htons(DNS + size - IP), payload = htons(DNS + size - UDP);
        packet[IP] = 0x45, packet[IP + 6] = 0x40, packet[IP + 8] = 64, packet[IP + 9] = 17;
        memcpy(packet + IP + 2, &length, 2);
        memcpy(packet + UDP + 4, &payload, 2);
        inet_pton(AF_INET, source, packet + IP + 12);
        inet_pton(AF_INET, address, packet + IP + 16);
        uint32_t sum = 0;
        for (int i = 0; i < 20; i += 2)
            sum += packet[IP + i] << 8 | packet[IP + i + 1];
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = ~(sum + (sum >> 16));
        packet[IP + 10] = sum >> 8, packet[IP + 11] = sum;
        count++;
    }
    // More than are sent at once: each has a port of its own.
    for (int given = count; given && count < 16 * WIDTH; count++)
        memcpy(packets[count], packets[count % given], SIZE), lengths[count] = lengths[count % given];
}

// A socket that gets what comes to an interface from now on.
static int watch(int interface) {
    int watching = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_IP));
    struct sockaddr_ll there = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = interface};
    if (watching < 0 || bind(watching, (struct sockaddr *)&there, sizeof there) != 0) {
        perror("flood");
        exit(1);
    }
    return watching;
}

// Looks at what came, or some of it: whether what is from a port, or a report that it is closed, says that a name is there,
// isn't, or is elsewhere.
static void look(int watching, uint16_t port, int *seen, int *good) {
    static uint8_t packet[2048];
    ssize_t size;
    for (int i = 0; i < WIDTH && (size = recv(watching, packet, sizeof packet, 0)) > 0; i++) {
        const uint8_t *message = packet + DNS;
        int is_udp = packet[IP + 9] == 17;
        // What another one answers late is no matter.
        if (is_udp && memcmp(packet + UDP, &port, 2) != 0)
            continue;
        *seen += 1;
        *good += is_udp && size >= DNS + 12 && (message[2] & 0x80) && (message[3] & 15) % 3 == 0 && message[5] == 1 &&
                 (message[7] || message[9]);
    }
}

int main(int words, char **word) {
    if (words < 10)
        return fputs("usage: flood INTERFACE MAC SOURCE ADDRESS QUESTIONS RATE MILLISECONDS ROUNDS PORT:PROCESS...\n",
                     stderr), 64;
    for (int turn = 9; turn < words; turn++)
        if (!strchr(word[turn], ':') || !ether_aton(word[2]))
            return fprintf(stderr, "flood: not a MAC, or not PORT:PROCESS: %s, %s\n", word[2], word[turn]), 64;
    const char *interface = word[1];
    read_questions(word[5], word[2], word[3], word[4]);
    if (count == 0)
        return fprintf(stderr, "flood: no questions in %s\n", word[5]), 1;
    double rate = atof(word[6]), length = atof(word[7]) / 1000;
    int rounds = atoi(word[8]), next = 0, yes = 1, socket_ = socket(AF_PACKET, SOCK_RAW, 0);
    struct sockaddr_ll here = {.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(interface)};
    if (socket_ < 0 || bind(socket_, (struct sockaddr *)&here, sizeof here) != 0)
        return perror("flood"), 1;
    setsockopt(socket_, SOL_PACKET, PACKET_QDISC_BYPASS, &yes, sizeof yes);
    int watching = watch(here.sll_ifindex), turns = words - 9;
    static struct iovec vectors[WIDTH];
    static struct mmsghdr messages[WIDTH];
    for (int i = 0; i < WIDTH; i++)
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
    for (int round = 0; round <= rounds; round++) {
        for (int turn = 0; turn < turns; turn++) {
            const char *server = word[9 + (turn + round) % turns], *processes = strchr(server, ':') + 1;
            uint16_t port = htons(atoi(server));
            double begin = now(), measured = 0, answers = 0, processor = 0, time, sent = 0, before = 0;
            int seen = 0, good = 0;
            while ((time = now()) < begin + (round ? length : 4 * length)) {
                // What is counted begins when the queues are full, and those that get short are.
                if (measured == 0 && time > begin + length * 0.4)
                    measured = time, answers = received(interface), processor = spent(processes), before = sent;
                if (round == 0)
                    look(watching, port, &seen, &good);
                if (sent > (time - begin) * rate)
                    continue;
                for (int i = 0; i < WIDTH; i++, next = (next + 1) % count) {
                    uint16_t from = htons(1024 + random() % 60000);
                    memcpy(packets[next] + UDP, &from, 2);
                    memcpy(packets[next] + UDP + 2, &port, 2);
                    vectors[i] = (struct iovec){packets[next], lengths[next]};
                }
                int more = sendmmsg(socket_, messages, WIDTH, 0);
                if (more < 0 && errno != ENOBUFS && errno != EAGAIN)
                    return perror("flood"), 1;
                sent += more > 0 ? more : 0;
            }
            time = now();
            answers = received(interface) - answers, processor = spent(processes) - processor;
            if (round > 0 && measured > 0 && answers > 0)
                printf("%d %d %.0f %.2f %.0f\n", ntohs(port), round, answers / (time - measured),
                       processor / answers / 1000, (sent - before) / (time - measured));
            // What still waits is answered now, as long as it takes.
            do {
                before = received(interface);
                usleep(20000);
            } while (received(interface) > before + 1);
            if (round == 0 && (seen == 0 || good < seen * 0.999))
                return fprintf(stderr, "flood: of %d that came from port %d, %d are answers\n", seen, ntohs(port), good), 1;
        }
        if (round == 0)
            close(watching);
    }
}
