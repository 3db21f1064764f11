// Questions as messages, from lines of a name and a type.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// A name of at most 63 octets, so that a question has less than this.
enum { QUESTION = 84 };

// The octets of a question's message, whose ID is zero; 0 if the type is none that is known here.
static size_t encode(const char *name, const char *type, uint8_t *message) {
    static const struct { const char *name; int number; } types[] = {
        {"A", 1}, {"NS", 2}, {"CNAME", 5}, {"SOA", 6}, {"MX", 15}, {"TXT", 16}, {"AAAA", 28}};
    uint8_t *end = message + 12;
    memset(message, 0, QUESTION);
    message[5] = 1;
    for (size_t length; *name; name += length + (name[length] == '.')) {
        length = strcspn(name, ".");
        *end++ = length;
        end = mempcpy(end, name, length);
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, type) == 0)
            end[2] = types[i].number;
    end[4] = 1;
    return end[2] ? end + 5 - message : 0;
}

// The next question of a file; 0 at its end, or where its line is none.
static inline size_t next_question(FILE *file, uint8_t *message) {
    char name[64], type[16];
    return fscanf(file, "%63s %15s", name, type) == 2 ? encode(name, type, message) : 0;
}
