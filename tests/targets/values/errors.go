package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

type ownError struct {
	code  int
	cause error
}

func (e *ownError) Error() string { return fmt.Sprintf("own %d: %v", e.code, e.cause) }

type ownCode int

func (c ownCode) Error() string { return "code" }

func startErrors() { start(errorsPlain, errorsOfSystem, errorsJoined, errorsOfTexts) }

func errorsPlain() {
	var none error
	none = opaque(none)
	plain, end := opaque(errors.New("plain")), opaque(io.EOF)
	wrapped := opaque(fmt.Errorf("wrapped: %w", plain))
	formatted := opaque(fmt.Errorf("formatted %d", 5))
	own, code := opaque[error](&ownError{404, wrapped}), opaque[error](ownCode(7))
	inside := opaque([]error{plain, nil, own})
	tell("chan receive", know("none", none), know("plain", plain), know("end", end), know("wrapped", wrapped),
		know("formatted", formatted), know("own", own), know("code", code), know("inside", inside))
	<-neverReady
	keep(none, plain, end, wrapped, formatted, own, code, inside)
}

func errorsOfSystem() {
	_, missing := os.Open("/does/not/exist")
	missing = opaque(missing)
	number := opaque[error](syscall.ENOENT)
	call := opaque[error](os.NewSyscallError("bind", syscall.EACCES))
	operation := opaque[error](&net.OpError{
		Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 80}, Err: call})
	_, parse := strconv.Atoi("x1")
	parse = opaque(parse)
	cancelled, late := opaque(context.Canceled), opaque(context.DeadlineExceeded)
	timeout := opaque(os.ErrDeadlineExceeded)
	name := opaque[error](&net.DNSError{Err: "no such host", Name: "nowhere.example", IsNotFound: true})
	tell("chan receive", know("missing", missing), know("number", number), know("call", call),
		know("operation", operation), know("parse", parse), know("cancelled", cancelled), know("late", late),
		know("timeout", timeout), know("name", name))
	<-neverReady
	keep(missing, number, call, operation, parse, cancelled, late, timeout, name)
}

func errorsOfTexts() {
	_, duration := time.ParseDuration("1 \"h\"")
	_, moment := time.Parse(time.RFC3339, "2026-02-30\\")
	_, dayOut := time.Parse(time.RFC3339, "2026-02-30T00:00:00Z")
	_, program := exec.LookPath("no\tsuch program")
	duration, moment, dayOut, program = opaque(duration), opaque(moment), opaque(dayOut), opaque(program)
	protocol := opaque[error](textproto.ProtocolError("bad line"))
	tell("chan receive", know("duration", duration), know("moment", moment), know("dayOut", dayOut),
		know("program", program), know("protocol", protocol))
	<-neverReady
	keep(duration, moment, dayOut, program, protocol)
}

func errorsJoined() {
	first, second := errors.New("first"), errors.New("second")
	joined := opaque(join(first, second))
	several := opaque(fmt.Errorf("several: %w", joined))
	tell("chan receive", know("joined", joined), know("several", several))
	<-neverReady
	keep(joined, several)
}
