/* A program that is wrong on purpose, so that a test can see that its tools tell. */

#include <stdlib.h>
#include <string.h>

#include <callpop.h>

int main(int argc, char **argv) {
    volatile size_t size = callpop_abi_version() * 8;
    char *volatile block = malloc(size);
    if (argc == 2 && strcmp(argv[1], "overrun") == 0) {
        block[size] = 1;
        free(block);
    }
    block = NULL;
    return 0;
}
