// Package control is the line protocol by which a test drives a target over stdin and stdout.
//
// A target prints "ready PID" when everything it promises holds. Then it answers one command per line, in order:
// "dump N" followed by N bytes and a newline for the command "dump"; one line for every other command.
// End of input, or the command "quit", ends the process.
//
// Commands are read with a bare read(2) on the goroutine that calls Serve, so between commands that goroutine always
// has the same stack, in state "syscall", and it is the only one that moves when a command is carried out.
package control

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
)

// Commands maps the first word of a line to what carries it out; the returned text is printed as it is.
type Commands map[string]func(arguments []string) string

func init() {
	// Every frame counts, those of the runtime and of system goroutines included.
	debug.SetTraceback("system")
}

// Serve prints the ready line and answers commands until end of input. It knows "dump", "ids", "gc" and "quit" itself.
func Serve(commands Commands) {
	writeOut(fmt.Sprintf("ready %d\n", os.Getpid()))
	var pending []byte
	for {
		line, rest, ok := readLine(pending)
		if !ok {
			os.Exit(0)
		}
		pending = rest
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		writeOut(answer(commands, words))
	}
}

func answer(commands Commands, words []string) string {
	if command, ok := commands[words[0]]; ok {
		return command(words[1:])
	}
	switch words[0] {
	case "dump":
		stacks := Stacks()
		return fmt.Sprintf("dump %d\n%s\n", len(stacks), stacks)
	case "ids":
		return Ids() + "\n"
	case "gc":
		runtime.GC()
		return "ok\n"
	case "quit":
		os.Exit(0)
	}
	return "unknown command " + words[0] + "\n"
}

// Stacks is what runtime.Stack says of all goroutines, whole.
func Stacks() []byte {
	for size := 1 << 20; ; size *= 2 {
		buffer := make([]byte, size)
		if n := runtime.Stack(buffer, true); n < size {
			return buffer[:n]
		}
	}
}

//go:noinline
func readLine(pending []byte) (line string, rest []byte, ok bool) {
	for {
		for i, c := range pending {
			if c == '\n' {
				return string(pending[:i]), pending[i+1:], true
			}
		}
		var chunk [512]byte
		n, err := syscall.Read(0, chunk[:])
		if err == syscall.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			return "", nil, false
		}
		pending = append(pending, chunk[:n]...)
	}
}

func writeOut(text string) {
	for bytes := []byte(text); len(bytes) > 0; {
		n, err := syscall.Write(1, bytes)
		if err == syscall.EINTR || err == syscall.EAGAIN {
			continue
		}
		if err != nil {
			os.Exit(1)
		}
		bytes = bytes[n:]
	}
}
