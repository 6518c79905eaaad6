package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/stats"

	"sideeye.test/targets/control"
)

// text is a codec that needs no generated code: messages are texts.
type text struct{}

func (text) Name() string                          { return "text" }
func (text) Marshal(v interface{}) ([]byte, error) { return []byte(*v.(*string)), nil }
func (text) Unmarshal(data []byte, v interface{}) error {
	*v.(*string) = string(data)
	return nil
}

type service struct{ arrived chan end }

func (s *service) arrive(ctx context.Context, kind string, method string) {
	who, _ := peer.FromContext(ctx)
	s.arrived <- end{Protocol: "grpc", Kind: kind, Path: method, RemoteAddr: who.Addr.String()}
}

//go:noinline
func (s *service) ask(ctx context.Context, question *string) (interface{}, error) {
	s.arrive(ctx, "unary", "/side.Desk/"+*question)
	<-unanswered
	return question, nil
}

//go:noinline
func (s *service) watch(stream grpc.ServerStream, method string, answers int) error {
	var question string
	if err := stream.RecvMsg(&question); err != nil {
		return err
	}
	for i := 0; i < answers; i++ {
		if err := stream.SendMsg(&question); err != nil {
			return err
		}
	}
	s.arrive(stream.Context(), "streaming", method)
	<-unanswered
	return nil
}

func (s *service) describe() *grpc.ServiceDesc {
	unary := func(server interface{}, ctx context.Context, decode func(interface{}) error,
		_ grpc.UnaryServerInterceptor) (interface{}, error) {
		question := new(string)
		if err := decode(question); err != nil {
			return nil, err
		}
		return server.(*service).ask(ctx, question)
	}
	return &grpc.ServiceDesc{
		ServiceName: "side.Desk", HandlerType: (*interface{})(nil),
		Methods: []grpc.MethodDesc{{MethodName: "Ask", Handler: unary}, {MethodName: "Reserve", Handler: unary}},
		Streams: []grpc.StreamDesc{
			{StreamName: "Watch", ServerStreams: true, Handler: func(server interface{}, stream grpc.ServerStream) error {
				return server.(*service).watch(stream, "/side.Desk/Watch", 1)
			}},
			{StreamName: "Talk", ServerStreams: true, ClientStreams: true,
				Handler: func(server interface{}, stream grpc.ServerStream) error {
					return server.(*service).watch(stream, "/side.Desk/Talk", 0)
				}},
		},
	}
}

// caller has one connection of its own.
type caller struct {
	name       string
	arrived    <-chan end
	connection *grpc.ClientConn
	localAddr  string
	remoteAddr string
	asked      int
	gathers    bool // statistics
}

// beginnings are statistics of when calls have begun.
type beginnings chan time.Time

var began = make(beginnings, 10)

func (b beginnings) HandleRPC(_ context.Context, event stats.RPCStats) {
	if begin, ok := event.(*stats.Begin); ok {
		b <- begin.BeginTime
	}
}

func (beginnings) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context   { return ctx }
func (beginnings) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (beginnings) HandleConn(context.Context, stats.ConnStats)                       {}

func callGrpc() *caller {
	encoding.RegisterCodec(text{})
	served, address := serveGrpc()
	// One after the other, so that stream ids are known: the first call of a connection has 1, then 3, 5, ...
	near := dial("near", address, served.arrived)
	near.ask("Ask")
	near.stream("Watch", 1)
	near.stream("Talk", 0)
	near.hold("Talk")
	far := dial("far", address, served.arrived, grpc.WithStatsHandler(began))
	far.ask("Reserve")
	far.stream("Watch", 1)
	return dial("late", address, served.arrived)
}

// dialWorkers calls a server of its own, whose workers handle one stream after the other.
func dialWorkers() *caller {
	served, address := serveGrpc(grpc.NumStreamWorkers(1))
	return dial("worked", address, served.arrived)
}

func serveGrpc(options ...grpc.ServerOption) (*service, string) {
	served := &service{arrived: make(chan end)}
	listener := listen()
	server := grpc.NewServer(options...)
	server.RegisterService(served.describe(), served)
	go func() { fail("serve", server.Serve(listener)) }()
	return served, listener.Addr().String()
}

func dial(name string, address string, arrived <-chan end, more ...grpc.DialOption) *caller {
	c := &caller{name: name, arrived: arrived, remoteAddr: address, gathers: len(more) > 0}
	var dialer net.Dialer
	connection, err := grpc.Dial(address, append(more, grpc.WithInsecure(), grpc.WithBlock(),
		grpc.WithDefaultCallOptions(grpc.CallContentSubtype("text")),
		grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) {
			connected, err := dialer.DialContext(ctx, "tcp", address)
			if err == nil {
				c.localAddr = connected.LocalAddr().String()
			}
			return connected, err
		}))...)
	if err != nil {
		fail("dial", err)
	}
	c.connection = connection
	return c
}

// ask starts a unary call and returns when its handler waits: the exchange that the call is.
func (c *caller) ask(method string) string {
	control.Expect(1)
	go func() {
		control.Here(c.name+" "+method, "select")
		question := method
		fail(method, c.connection.Invoke(context.Background(), "/side.Desk/"+method, &question, new(string)))
	}()
	return c.note("waiting for the header", "/side.Desk/"+method)
}

// stream starts one and takes the answers that come; then it waits for one more.
func (c *caller) stream(method string, answers int) string {
	description := &grpc.StreamDesc{StreamName: method, ServerStreams: true, ClientStreams: method == "Talk"}
	control.Expect(1)
	go func() {
		control.Here(c.name+" "+method, "select")
		stream, err := c.connection.NewStream(context.Background(), description, "/side.Desk/"+method)
		if err == nil {
			question := method
			err = stream.SendMsg(&question)
		}
		for i := 0; err == nil && i <= answers; i++ {
			err = stream.RecvMsg(new(string))
		}
		fail(method, err)
	}()
	kind := "receiving"
	if answers == 0 {
		kind = "waiting for the header"
	}
	return c.note(kind, "/side.Desk/"+method)
}

// hold starts a stream and keeps it, while its goroutine is about something else.
func (c *caller) hold(method string) {
	description := &grpc.StreamDesc{StreamName: method, ServerStreams: true, ClientStreams: true}
	control.Expect(1)
	go func() {
		control.Here(c.name+" holds "+method, "chan receive")
		stream, err := c.connection.NewStream(context.Background(), description, "/side.Desk/"+method)
		question := method
		if err == nil {
			err = stream.SendMsg(&question)
		}
		if err == nil {
			<-unanswered
		}
		fail(method, err)
	}()
	c.note("open", "/side.Desk/"+method)
}

func (c *caller) note(kind string, method string) string {
	c.asked++
	server := within(method, c.arrived)
	server.LocalAddr = c.remoteAddr
	client := end{
		Protocol: "grpc", Kind: kind, Path: method, LocalAddr: c.localAddr, RemoteAddr: c.remoteAddr,
		StreamID: 2*c.asked - 1,
	}
	if c.gathers {
		client.Started = (<-began).UnixMicro()
	}
	note(client, server)
	return fmt.Sprintf("%s#%d", client.LocalAddr, client.StreamID)
}
