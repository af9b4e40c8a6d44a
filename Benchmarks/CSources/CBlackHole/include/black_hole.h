#ifndef BLACK_HOLE_H
#define BLACK_HOLE_H

/* Takes a value by its address, as if it were read: the optimiser cannot tell, and so leaves out nothing of what made
   the value. */
void black_hole_take(const void *_Nonnull value);

#endif
