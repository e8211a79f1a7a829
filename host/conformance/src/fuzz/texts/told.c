#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static const soch_observability *sink;
// Of each span the sink's number, and its id if it has one.
static uint64_t numbers[128];
static char ids[128][17];

// Where the instance tells what it was given: a file, or a port at which it serves a page or to which it sends.
static char filled[4096];
static int instances, port, by_udp = -1, is_page, is_json, is_gone;
// What it told, its lines, and the bytes that came by UDP.
static char *all, *received;
static size_t all_len, received_len, line_count;
static char **lines;

// The configuration of the next instance, which tells elsewhere.
static const char *next_config(void) {
    char place[32];
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (by_udp >= 0) close(by_udp);
    by_udp = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(by_udp, (struct sockaddr *)&address, size) != 0 || getsockname(by_udp, (struct sockaddr *)&address, &size) != 0 ||
        bind(listener, (struct sockaddr *)&address, size) != 0) {
        fail(0, "no port is free");
    }
    close(listener);
    port = ntohs(address.sin_port);
    received_len = 0, is_gone = 0;
    filled[0] = 0;
    snprintf(place, sizeof place, "{dir}/output-%d", ++instances);
    for (const char *with = CONFIG; *with != 0;) {
        size_t len = strlen(filled);
        int is_place = strncmp(with, "{file}", 6) == 0, is_port = strncmp(with, "{port}", 6) == 0;
        if (is_place) snprintf(filled + len, sizeof filled - len, "%s", place);
        else if (is_port) snprintf(filled + len, sizeof filled - len, "%d", port);
        else snprintf(filled + len, sizeof filled - len, "%c", *with);
        with += is_place || is_port ? 6 : 1;
    }
    return filled;
}

static int is_file(void) { return strstr(CONFIG, "{port}") == NULL; }

static void add(char **to, size_t *len, const char *bytes, size_t count) {
    *to = realloc(*to, *len + count + 1);
    if (*to == NULL) fail(0, "no memory");
    memcpy(*to + *len, bytes, count);
    *len += count;
    (*to)[*len] = 0;
}

static void read_page(int step) {
    char part[4096];
    struct sockaddr_in address;
    int page = socket(AF_INET, SOCK_STREAM, 0);
    static const char request[] = "GET /metrics HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(page, (struct sockaddr *)&address, sizeof address) == 0) {
        if (write(page, request, sizeof request - 1) < 0) fail(step, "no answer to GET /metrics");
        for (ssize_t got; (got = read(page, part, sizeof part)) > 0;) add(&all, &all_len, part, (size_t)got);
        is_page = 1;
    }
    close(page);
}

// Reads all that was told until now.
static inline void read_told(int step) {
    char part[65536];
    add(&all, &all_len, "", 0);
    all_len = 0, all[0] = 0, line_count = 0, is_page = 0;
    if (is_file()) {
        char path[512];
        snprintf(path, sizeof path, "%s/output-%d", directory, instances);
        FILE *file = fopen(path, "rb");
        for (size_t got; file != NULL && (got = fread(part, 1, sizeof part, file)) > 0;) add(&all, &all_len, part, got);
        if (file != NULL) fclose(file);
    } else {
        for (ssize_t got; (got = recv(by_udp, part, sizeof part, MSG_DONTWAIT)) > 0;) {
            add(&received, &received_len, part, (size_t)got);
            add(&received, &received_len, "\n", 1);
        }
        if (received_len > 0) add(&all, &all_len, received, received_len);
        else read_page(step);
    }
    is_json = all[0] == '{';
    for (char *line = strtok(all, "\r\n"); line != NULL; line = strtok(NULL, "\r\n")) {
        lines = realloc(lines, (line_count + 1) * sizeof *lines);
        if (lines == NULL) fail(step, "no memory");
        if (line[0] != '#') lines[line_count++] = line;
    }
}

static inline void flush(int step) {
    if (HAS(sink, soch_observability, flush)) done(step, sink->flush(instance, NULL, &error));
}

static inline void look(int step) {
    flush(step);
    read_told(step);
}

// Whether a number of the line is this one, as far as the digits of a text go.
static int tells(const char *line, double value) {
    for (const char *at_digit = line; *at_digit != 0; at_digit++) {
        int is_begin = *at_digit >= '0' && *at_digit <= '9' &&
                       (at_digit == line || strchr("0123456789.abcdefghijklmnopqrstuvwxyz", at_digit[-1]) == NULL);
        if (!is_begin) continue;
        double number_here = strtod(at_digit > line && at_digit[-1] == '-' ? at_digit - 1 : at_digit, NULL);
        double far = number_here > value ? number_here - value : value - number_here;
        if (far <= (value < 0 ? -value : value) * 1e-12) return 1;
    }
    return 0;
}

static int is_of(const char *line, const char *name, const char *side) {
    return strstr(line, name) != NULL && strstr(line, side) != NULL;
}

static inline void counter_told(int step, const char *name, const char *side, size_t count, const uint64_t *added) {
    const char *last = NULL;
    double total = 0;
    for (size_t i = 0; i < count; i++) total += (double)added[i];
    for (size_t i = 0; i < line_count; i++) last = is_of(lines[i], name, side) ? lines[i] : last;
    if (is_gone || (last != NULL && tells(last, total))) return;
    for (size_t i = 0; i < count; i++) {
        int times = 0;
        for (size_t j = 0; j < line_count; j++) times += is_of(lines[j], name, side) && tells(lines[j], (double)added[i]);
        if (times != 1) fail(step, "a counter tells neither its sum, nor each number once");
    }
}

static inline void gauge_told(int step, const char *name, const char *side, double value) {
    const char *last = NULL;
    for (size_t i = 0; i < line_count; i++) last = is_of(lines[i], name, side) ? lines[i] : last;
    if (!is_gone && (last == NULL || !tells(last, value))) fail(step, "a gauge has another value");
}

static inline void histogram_told(int step, const char *name, const char *side, size_t count, const double *seen) {
    const char *last = NULL, *last_sum = NULL, *last_count = NULL;
    char of_sum[64], of_count[64];
    double sum = 0;
    snprintf(of_sum, sizeof of_sum, "%s_sum", name);
    snprintf(of_count, sizeof of_count, "%s_count", name);
    for (size_t i = 0; i < count; i++) sum += seen[i];
    for (size_t i = 0; i < line_count; i++) {
        last = is_of(lines[i], name, side) ? lines[i] : last;
        last_sum = is_of(lines[i], of_sum, side) ? lines[i] : last_sum;
        last_count = is_of(lines[i], of_count, side) ? lines[i] : last_count;
    }
    if (!is_page) last_sum = last_count = last;
    if (is_gone || (last_sum != NULL && last_count != NULL && tells(last_sum, sum) && tells(last_count, (double)count))) return;
    for (size_t i = 0; i < count; i++) {
        int times = 0;
        for (size_t j = 0; j < line_count; j++) times += is_of(lines[j], name, side) && tells(lines[j], seen[i]);
        if (times != 1 || is_page) fail(step, "a histogram tells neither count and sum, nor each number once");
    }
}

// A word that no other number has.
static char *word(const char *of, int number) {
    char *made = (char *)room(32);
    snprintf(made, 32, "%s%c%cx", of, 'a' + number / 26 % 26, 'a' + number % 26);
    return made;
}

static inline void span_told(int step, int span, int parent) {
    char *name = word("span", span);
    int is_told = 0;
    for (size_t i = 0; i < line_count; i++) {
        int is_under = parent < 0 || tells(lines[i], (double)numbers[parent]) ||
                       (ids[parent][0] != 0 && strstr(lines[i], ids[parent]) != NULL);
        is_told |= strstr(lines[i], name) != NULL && is_under;
    }
    if (!is_gone && is_json && !is_told) fail(step, "a span that has ended is not told, or under another one");
}

static inline void event_told(int step, int event) {
    int is_told = 0;
    for (size_t i = 0; i < line_count; i++) is_told |= is_of(lines[i], word("event", event), word("mark", event));
    if (!is_gone && is_json && !is_told) fail(step, "an event of a span is not told, or without its attribute");
}

static char *message(int line, int length) {
    char *made = (char *)room((size_t)length + 32);
    strcpy(made, word("line", line));
    size_t len = strlen(made);
    memset(made + len, 'y', (size_t)length);
    made[len + (size_t)length] = 0;
    return made;
}

static inline void line_told(int step, int line, int length, int level) {
    static const char *const levels[] = {"\"debug\"", "\"info\"", "\"warn\"", "\"error\"", "\"DEBUG\"", "\"INFO\"", "\"WARN\"", "\"ERROR\""};
    static int last_step = -1;
    static size_t last_place;
    char *text_of = message(line, length);
    size_t times = 0, place = 0;
    if (is_gone || !is_json) return;
    for (size_t i = 0; i < line_count; i++) {
        const char *found = strstr(lines[i], text_of);
        if (found != NULL && found[strlen(text_of)] != 'y') times++, place = i;
    }
    if (times != 1) fail(step, "a line of the log is not told once");
    if (strstr(lines[place], word("mark", line)) == NULL) fail(step, "a line of the log is told without its field");
    int own = strstr(lines[place], levels[level]) != NULL || strstr(lines[place], levels[level + 4]) != NULL;
    for (int i = 0; i < 8; i++) {
        if (!own && strstr(lines[place], levels[i]) != NULL) fail(step, "a line of the log is told with another level");
    }
    if (last_step == step && place <= last_place) fail(step, "lines of the log are told in another order");
    last_step = step, last_place = place;
}

static inline size_t of_report(uint64_t report) {
    const double fields[] = {5e9 + 1000.0 * (double)report, 6e9 + 1000.0 * (double)report, (2.0 * (double)report + 1) / 512,
                             7e9 + 1000.0 * (double)report};
    size_t told = 0;
    for (int i = 0; i < 4; i++) {
        int is_told = 0;
        for (size_t j = 0; j < line_count; j++) is_told |= tells(lines[j], fields[i]);
        told += (size_t)is_told;
    }
    return told;
}

static inline void reports_told(int step, size_t count, const uint64_t *reports) {
    size_t any = 0;
    for (size_t i = 0; i < count; i++) any += of_report(reports[i]);
    if (!is_gone && any > 0 && of_report(reports[count - 1]) != 4) fail(step, "a report of health is not told whole");
}

