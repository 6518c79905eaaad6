package main

import (
	"context"
	"time"
)

type contextKey struct{ name string }

type requestID string

type depthKey int

var (
	requestIDKey = contextKey{"request id"}
	deadline     = madeAt.Add(24 * time.Hour)
)

func startContexts() { start(contexts, contextsEnded, contextsNested) }

func contexts() {
	var none context.Context
	none = opaque(none)
	background, todo := opaque(context.Background()), opaque(context.TODO())
	cancellable, cancel := context.WithCancel(background)
	cancellable = opaque(cancellable)
	limited, cancelLimited := context.WithDeadline(cancellable, deadline)
	limited = opaque(limited)
	valued := opaque(context.WithValue(limited, requestIDKey, requestID("req-1")))
	detached := opaque(withoutCancel(valued))
	tell("chan receive", know("none", none), know("background", background), know("todo", todo),
		know("cancellable", cancellable), know("limited", limited), know("valued", valued), know("detached", detached))
	<-neverReady
	keep(none, background, todo, cancellable, limited, valued, detached, cancel, cancelLimited)
}

func contextsEnded() {
	cancelled, cancel := context.WithCancel(context.Background())
	child, cancelChild := context.WithCancel(context.WithValue(cancelled, requestIDKey, requestID("req-2")))
	cancel()
	late, cancelLate := context.WithDeadline(context.Background(), madeAt.Add(-time.Hour))
	cancelled, child, late = opaque(cancelled), opaque(child), opaque(late)
	tell("chan receive", know("cancelled", cancelled), know("child", child), know("late", late))
	<-neverReady
	keep(cancelled, child, late, cancelChild, cancelLate)
}

// contextsNested has ten layers of values, with a deadline in the middle.
func contextsNested() {
	ctx := context.Background()
	cancel := context.CancelFunc(func() {})
	for i := 0; i < 10; i++ {
		ctx = context.WithValue(ctx, depthKey(i), key(i))
		if i == 5 {
			ctx, cancel = context.WithDeadline(ctx, deadline)
		}
	}
	ctx = opaque(ctx)
	tell("chan receive", know("ctx", ctx))
	<-neverReady
	keep(ctx, cancel)
}
