#ifndef BORDER_H
#define BORDER_H

// What the C side of the target does; each blocks for ever unless it says that it returns.
void use_thread_locals(void);                 // returns
void block_in_read(int descriptor);
void block_in_condition(int depth);           // below so many C frames
void call_back(int kind, int depth);          // calls goCallback(kind) below so many C frames
void start_masked_thread(void);               // a thread that blocks every signal and never enters Go; returns
void start_calling_thread(int kind);          // a thread that calls goCallback(kind), then waits in C; returns
void await_threads(void);                     // returns when all that wait_for_ever is meant for wait

#endif
