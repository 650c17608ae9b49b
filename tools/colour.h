/* SPDX-License-Identifier: GPL-2.0 */
/* Escape sequences for colours (ECMA-48). */
#ifndef COLOUR_H
#define COLOUR_H

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define CYAN "\033[36m"
#define PLAIN "\033[0m"

#endif
