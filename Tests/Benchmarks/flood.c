// flood INTERFACE MAC SOURCE ADDRESS QUESTIONS RATE MILLISECONDS ROUNDS PORT:PROCESS[,PROCESS...] ...
//
// More questions than they can answer for servers that listen at ports of one address, in turns that are so short that a
// machine's moods, its neighbours and its clock rate, meet all of them alike. MAC is the server's; the questions (a name
// and a type in each line) come from SOURCE and random ports. Prints for each turn the port, the round, the answers a
// second and the microseconds of processor time that the processes took for each. Answers are counted as the interface
// counts packets, and not looked at. For measurements between network namespaces of one's own only.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
    static const struct { const char *name; int number; } types[] = {
        {"A", 1}, {"NS", 2}, {"CNAME", 5}, {"SOA", 6}, {"MX", 15}, {"TXT", 16}, {"AAAA", 28}};
    FILE *file = fopen(path, "r");
    char name[SIZE / 2], type[16];
    while (file && count < MOST && fscanf(file, "%63s %15s", name, type) == 2) {
        uint8_t *packet = packets[count], *end = packet + DNS + 12;
        memcpy(packet, ether_aton(mac), 6);
        packet[6] = 2, packet[12] = 8;
        packet[DNS + 5] = 1;
        for (char *label = strtok(name, "."); label; label = strtok(NULL, ".")) {
            *end++ = strlen(label);
            end = mempcpy(end, label, strlen(label));
        }
        for (size_t i = 0; i < sizeof types / sizeof *types; i++)
            if (strcmp(types[i].name, type) == 0)
                end[2] = types[i].number;
        end[4] = 1;
        end += 5;
        lengths[count] = end - packet;
        uint16_t length = htons(end - packet - IP), payload = htons(end - packet - UDP);
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
    static struct iovec vectors[WIDTH];
    static struct mmsghdr messages[WIDTH];
    for (int i = 0; i < WIDTH; i++)
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
    // The first round only warms up.
    for (int round = 0; round <= rounds; round++)
        for (int turn = 9; turn < words; turn++) {
            uint16_t port = htons(atoi(word[turn]));
            const char *processes = strchr(word[turn], ':') + 1;
            double begin = now(), measured = 0, answers = 0, processor = 0, time, sent = 0;
            while ((time = now()) < begin + length) {
                // What is counted begins when the queues are full, and those that get short are.
                if (measured == 0 && time > begin + length * 0.4)
                    measured = time, answers = received(interface), processor = spent(processes);
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
                printf("%d %d %.0f %.2f\n", ntohs(port), round, answers / (time - measured), processor / answers / 1000);
            // What still waits is answered now.
            usleep(50000);
        }
}
