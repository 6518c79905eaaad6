package main

import (
	"bufio"
	"io"
	"net"
	"os"
	"syscall"

	"sideeye.test/targets/control"
)

// Held so that no finalizer closes them.
var openEnds []interface{}

func startFiles() {
	reader, writer, err := os.Pipe()
	check(err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	idle, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	client, err := net.Dial("tcp", listener.Addr().String())
	check(err)
	server, err := listener.Accept()
	check(err)
	var pipe [2]int
	check(syscall.Pipe(pipe[:]))
	openEnds = append(openEnds, writer, listener, client)

	control.Expect(5)
	go pipeRead(reader)
	go tcpRead(server)
	go tcpBufferedRead(client)
	go tcpAccept(idle)
	go syscallRead(pipe[0])
}

func pipeRead(reader *os.File) {
	control.Here("pipeRead", "IO wait")
	var buffer [8]byte
	_, _ = reader.Read(buffer[:])
}

func tcpRead(connection net.Conn) {
	control.Here("tcpRead", "IO wait")
	_, _ = io.ReadAll(connection)
}

func tcpBufferedRead(connection net.Conn) {
	control.Here("tcpBufferedRead", "IO wait")
	_, _ = bufio.NewReader(connection).ReadString('\n')
}

func tcpAccept(listener net.Listener) {
	control.Here("tcpAccept", "IO wait")
	_, _ = listener.Accept()
}

func syscallRead(descriptor int) {
	control.Here("syscallRead", "syscall")
	var buffer [8]byte
	for {
		// A signal may interrupt the call; the goroutine stays here all the same.
		if _, err := syscall.Read(descriptor, buffer[:]); err != syscall.EINTR {
			return
		}
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
