// Calls of Linux that Swift's Glibc module leaves out.
#pragma once

#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

// Declared by glibc only under _GNU_SOURCE, which Swift's importer does not define.
int accept4(int socket, struct sockaddr *_Nullable address, socklen_t *_Nullable length, int flags);
void *_Nullable memmem(const void *_Nonnull bytes, size_t count, const void *_Nonnull pattern, size_t pattern_count);
