/*
 * CFuzzTargets: what libFuzzer runs of the C core, and libFuzzer itself.
 *
 * A target takes bytes and either returns or ends the process: a sanitizer's finding, or a promise that was not kept.
 */
#ifndef C_FUZZ_TARGETS_H
#define C_FUZZ_TARGETS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int (*fuzz_target)(const uint8_t *bytes, size_t length);

/* libFuzzer with its own arguments, argv[0] the program's name. Does not return before the run is over. */
int fuzz_run(int argc, char **argv, fuzz_target target);

/* Framing against a second parser; the first three bytes choose the framing, the ring and how the rest is cut. */
int fuzz_framing(const uint8_t *bytes, size_t length);
/* Validation and scanning against a second parser. */
int fuzz_json(const uint8_t *bytes, size_t length);
/* Escaping, unescaping, and chunks that differ in one string. */
int fuzz_strings(const uint8_t *bytes, size_t length);
/* A ring against a list of records; the bytes are its operations. */
int fuzz_ring(const uint8_t *bytes, size_t length);
/* An arena against a list of allocations; the bytes are its operations. */
int fuzz_arena(const uint8_t *bytes, size_t length);

/* How many members of that name the object has that is the text; -1 when it is none, or its last member of that name is
   not that string. */
int fuzz_members(const uint8_t *text, size_t length, const char *name, const char *value);

#ifdef __cplusplus
}
#endif

#endif
