// A sort that stops anywhere, with all items there; qsort cannot be cancelled.
#ifndef SORT_H
#define SORT_H

#include "sochdb_plugin.h"

#include <string.h>

// Steps between two questions whether the call is to go on.
#define SORT_STEPS 512

// The order of two items, as qsort wants it.
typedef int order_of(const void *left, const void *right);

static void swap(uint8_t *a, uint8_t *b, size_t size) {
    uint8_t kept[32];
    for (size_t part; size > 0; a += part, b += part, size -= part) {
        part = size < sizeof kept ? size : sizeof kept;
        memcpy(kept, a, part);
        memcpy(a, b, part);
        memcpy(b, kept, part);
    }
}

// Lets an item of a heap sink until none below it is larger.
static void sink(uint8_t *heap, size_t root, size_t count, size_t size, order_of *order) {
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && order(heap + child * size, heap + (child + 1) * size) < 0) child++;
        if (order(heap + root * size, heap + child * size) >= 0) return;
        swap(heap + root * size, heap + child * size, size);
    }
}

static soch_status sort(void *items, size_t count, size_t size, order_of *order, const soch_call *call) {
    soch_status status = SOCH_OK;
    for (size_t root = count / 2; status == SOCH_OK && root-- > 0;) {
        if (root % SORT_STEPS == 0) status = soch_go_on(call);
        sink(items, root, count, size, order);
    }
    for (size_t end = count; status == SOCH_OK && end > 1;) {
        swap(items, (uint8_t *)items + --end * size, size);
        if (end % SORT_STEPS == 0) status = soch_go_on(call);
        sink(items, 0, end, size, order);
    }
    return status;
}

#endif
