#ifndef CCASCADE_H
#define CCASCADE_H

#include "casc_alloc.h"
#include "casc_arena.h"
#include "casc_ring.h"
#include "casc_sse.h"

#endif
