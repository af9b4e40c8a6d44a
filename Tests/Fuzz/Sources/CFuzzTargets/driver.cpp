#include "fuzz.hpp"

extern "C" int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*target)(const uint8_t *bytes, size_t length));

int fuzz_run(int argc, char **argv, fuzz_target target) {
    return LLVMFuzzerRunDriver(&argc, &argv, target);
}
