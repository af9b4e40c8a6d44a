#ifndef CCASCADE_SERVER_H
#define CCASCADE_SERVER_H

#include "casc_exchange.h"
#include "casc_server.h"

#endif
