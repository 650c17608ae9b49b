/* SPDX-License-Identifier: GPL-2.0 */
/* Escape sequences for colours (ECMA-48), and the colours of states. */
#ifndef COLOUR_H
#define COLOUR_H

#include "tcpfsm.h"

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define CYAN "\033[36m"
#define PLAIN "\033[0m"

/* By the phase of a connection that the new state belongs to. */
static inline const char *phase_colour(unsigned int new_state)
{
	switch (new_state) {
	case TCPFSM_LISTEN:
	case TCPFSM_SYN_SENT:
	case TCPFSM_SYN_RCVD:
		return CYAN;
	case TCPFSM_ESTABLISHED:
		return GREEN;
	case TCPFSM_FIN_WAIT_1:
	case TCPFSM_FIN_WAIT_2:
	case TCPFSM_CLOSE_WAIT:
	case TCPFSM_CLOSING:
	case TCPFSM_LAST_ACK:
	case TCPFSM_TIME_WAIT:
		return YELLOW;
	case TCPFSM_CLOSED:
		return DIM;
	default:
		return RED;
	}
}

#endif
