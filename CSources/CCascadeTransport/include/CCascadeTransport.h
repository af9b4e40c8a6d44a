#ifndef CCASCADE_TRANSPORT_H
#define CCASCADE_TRANSPORT_H

#include "casc_endpoint.h"
#include "casc_loop.h"
#include "casc_transfer.h"

#endif
