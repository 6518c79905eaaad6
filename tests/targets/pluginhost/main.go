// A host of Grafana's backend plugins: launches them with the library that Grafana launches them with, calls what it
// is told to, and says what it saw. Without arguments, commands and answers are lines of JSON on standard input and
// output, see command and answer below. Two modes put load on a plugin instead, and end with one JSON object on
// standard output; what the plugin logs as a warning or error goes to standard error:
//
//	pluginhost repeat FLAGS     calls QueryData again and again
//	pluginhost viewers FLAGS    people with dashboards that refresh, and alert rules
//
// Flags of both:
//
//	-plugin PATH            the executable (required)
//	-url URL                the control plane's gRPC address (required)
//	-token TEXT             the data source's token
//	-ca FILE                PEM of the authority of the control plane's certificate
//	-settings JSON          more of the data source's settings (jsonData), an object
//	-role ROLE              Viewer (default), Editor or Admin
//	-query JSON             a query as docs/plugin.md has them; as often as wanted
//	-queries FILE           a JSON array of such queries
//	-range DURATION         the time range: so long until now (1h)
//	-interval DURATION      between two points (15s)
//	-points N               how many points a panel can show (1000)
//	-timeout DURATION       of one call (1m)
//
// repeat:
//
//	-calls N                QueryData calls (100)
//	-per-call M             queries in one call, taken in turn (all, once)
//	-connections C          connections, with one call at a time on each (1)
//	-warm-up N              calls before, which do not count (1)
//
// viewers: each -query is a panel, one QueryData call at each refresh; -queries may hold arrays, which are panels of
// several queries. All go over the one connection that Grafana has.
//
//	-viewers V              people (20)
//	-refresh DURATION       between two refreshes of one person (1s)
//	-duration DURATION      for how long (1m)
//	-alert JSON             a query that an alert rule evaluates, without a person; as often as wanted
//	-alert-every DURATION   between two evaluations (10s)
//
// The result has seconds, calls, queries, errors (text to count), failed (how many), late (viewers: refreshes that
// began when the one before was to end), latencyMs (min, mean, p50, p90, p99, max), bytes (of frames), rows, and
// notices (kind to count); that of viewers also the same for each panel and alert rule.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	plugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

type command struct {
	Id      int             `json:"id"`
	Op      string          `json:"op"`     // start, call, cancel, ping, exited, stop, crash
	Plugin  string          `json:"plugin"` // name of the plugin, as many as wanted
	Path    string          `json:"path"`   // start: the executable
	Method  string          `json:"method"` // call
	Request json.RawMessage `json:"request"`
	Call    int             `json:"call"`   // cancel: the id of a call
	Stream  bool            `json:"stream"`
	Max     int             `json:"max"` // stream: messages after which it is cancelled; 0: all
}

type answer struct {
	Id        int               `json:"id"`
	Code      string            `json:"code,omitempty"` // of gRPC
	Error     string            `json:"error,omitempty"`
	Pid       int               `json:"pid,omitempty"`
	Network   string            `json:"network,omitempty"`
	Address   string            `json:"address,omitempty"`
	Exited    bool              `json:"exited"`
	Seconds   float64           `json:"seconds"`
	Responses []json.RawMessage `json:"responses,omitempty"`
	Frames    []taggedFrame     `json:"frames,omitempty"`
}

type taggedFrame struct {
	RefId string `json:"refId"`
	Part  string `json:"part"`
	*frame
}

// connector hands out the one connection that go-plugin makes.
type connector struct{ plugin.NetRPCUnsupportedPlugin }

func (connector) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error { return nil }

func (connector) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (interface{}, error) {
	return conn, nil
}

type launched struct {
	client *plugin.Client
	cmd    *exec.Cmd
	conn   *grpc.ClientConn
}

type host struct {
	mutex   sync.Mutex
	plugins map[string]*launched
	calls   map[int]context.CancelFunc
	types   protoreflect.FileDescriptor
	out     *json.Encoder
	level   hclog.Level // of what the plugins log
}

func main() {
	types, err := describe()
	if err != nil {
		fmt.Fprintln(os.Stderr, "pluginhost:", err)
		os.Exit(1)
	}
	h := &host{
		plugins: map[string]*launched{}, calls: map[int]context.CancelFunc{}, types: types,
		out: json.NewEncoder(os.Stdout), level: hclog.Debug,
	}
	if len(os.Args) > 1 {
		if err := h.load(os.Args[1], os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "pluginhost:", err)
			os.Exit(1)
		}
		return
	}
	h.converse()
}

// converse does what is asked on standard input.
func (h *host) converse() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	var running sync.WaitGroup
	for lines.Scan() {
		var each command
		if err := json.Unmarshal(lines.Bytes(), &each); err != nil {
			fmt.Fprintln(os.Stderr, "pluginhost:", err)
			os.Exit(1)
		}
		running.Add(1)
		go func() {
			defer running.Done()
			h.run(each)
		}()
	}
	for _, each := range h.plugins {
		each.client.Kill()
	}
	running.Wait()
}

func (h *host) run(c command) {
	begin := time.Now()
	a := answer{Id: c.Id}
	if err := h.do(c, &a); err != nil {
		a.Error = err.Error()
		a.Code = status.Code(err).String()
	}
	a.Seconds = time.Since(begin).Seconds()
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.out.Encode(a)
}

func (h *host) get(name string) (*launched, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if p := h.plugins[name]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("no plugin is called %q", name)
}

func (h *host) do(c command, a *answer) error {
	switch c.Op {
	case "start":
		return h.start(c, a)
	case "cancel":
		h.mutex.Lock()
		defer h.mutex.Unlock()
		if cancel := h.calls[c.Call]; cancel != nil {
			cancel()
			return nil
		}
		return fmt.Errorf("no call %d is under way", c.Call)
	}
	p, err := h.get(c.Plugin)
	if err != nil {
		return err
	}
	switch c.Op {
	case "call":
		return h.call(p, c, a)
	case "ping":
		protocol, err := p.client.Client()
		if err != nil {
			return err
		}
		return protocol.Ping()
	case "exited":
		a.Exited = p.client.Exited()
		return nil
	case "stop":
		p.client.Kill()
		a.Exited = p.client.Exited()
		return nil
	case "crash":
		return p.cmd.Process.Kill()
	}
	return fmt.Errorf("no command is called %q", c.Op)
}

func (h *host) start(c command, a *answer) error {
	p, err := h.launch(c.Plugin, c.Path)
	if err != nil {
		return err
	}
	reattach := p.client.ReattachConfig()
	a.Pid, a.Network, a.Address = reattach.Pid, reattach.Addr.Network(), reattach.Addr.String()
	return nil
}

func (h *host) launch(name, path string) (*launched, error) {
	cmd := exec.Command(path)
	client := plugin.NewClient(&plugin.ClientConfig{
		Cmd: cmd,
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion: 2, MagicCookieKey: "grafana_plugin_type", MagicCookieValue: "datasource",
		},
		VersionedPlugins: map[int]plugin.PluginSet{2: {"any": connector{}}},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		Logger: hclog.New(&hclog.LoggerOptions{
			Name: "plugin." + name, Output: os.Stderr, Level: h.level, JSONFormat: true,
		}),
	})
	protocol, err := client.Client()
	if err != nil {
		return nil, err
	}
	raw, err := protocol.Dispense("any")
	if err != nil {
		return nil, err
	}
	p := &launched{client: client, cmd: cmd, conn: raw.(*grpc.ClientConn)}
	h.mutex.Lock()
	h.plugins[name] = p
	h.mutex.Unlock()
	// Newer versions of the library hold this stream open for as long as the plugin lives.
	go h.call(p, command{Method: "/plugin.GRPCStdio/StreamStdio", Stream: true}, &answer{})
	return p, nil
}

func (h *host) call(p *launched, c command, a *answer) error {
	names, ok := methods[c.Method]
	if !ok {
		return fmt.Errorf("no method is called %q", c.Method)
	}
	request := dynamicpb.NewMessage(h.types.Messages().ByName(protoreflect.Name(names[0])))
	if len(c.Request) > 0 {
		if err := protojson.Unmarshal(c.Request, request); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	h.mutex.Lock()
	h.calls[c.Id] = cancel
	h.mutex.Unlock()
	defer func() {
		h.mutex.Lock()
		delete(h.calls, c.Id)
		h.mutex.Unlock()
		cancel()
	}()
	response := h.types.Messages().ByName(protoreflect.Name(names[1]))
	if !c.Stream {
		message := dynamicpb.NewMessage(response)
		if err := p.conn.Invoke(ctx, c.Method, request, message); err != nil {
			return err
		}
		return a.add(message)
	}
	stream, err := p.conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, c.Method)
	if err != nil {
		return err
	}
	if err := stream.SendMsg(request); err != nil {
		return err
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	for n := 0; c.Max == 0 || n < c.Max; n++ {
		message := dynamicpb.NewMessage(response)
		if err := stream.RecvMsg(message); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := a.add(message); err != nil {
			return err
		}
	}
	return nil
}

// add takes a response, with its frames decoded in place of their bytes.
func (a *answer) add(message *dynamicpb.Message) error {
	fields := message.Descriptor().Fields()
	if responses := fields.ByName("responses"); responses != nil {
		list := message.Get(responses).List()
		for i := 0; i < list.Len(); i++ {
			entry := list.Get(i).Message()
			refId := entry.Get(entry.Descriptor().Fields().ByName("key")).String()
			value := entry.Get(entry.Descriptor().Fields().ByName("value")).Message()
			files := value.Get(value.Descriptor().Fields().ByName("frames")).List()
			for n := 0; n < files.Len(); n++ {
				if err := a.addFrame(refId, fmt.Sprint(n), files.Get(n).Bytes()); err != nil {
					return err
				}
			}
			value.Clear(value.Descriptor().Fields().ByName("frames"))
		}
	}
	if one := fields.ByName("frame"); one != nil && len(message.Get(one).Bytes()) > 0 {
		refId := message.Get(fields.ByName("refId")).String()
		part := message.Get(fields.ByName("frameId")).String()
		if err := a.addFrame(refId, part, message.Get(one).Bytes()); err != nil {
			return err
		}
		message.Clear(one)
	}
	text, err := protojson.Marshal(message)
	if err != nil {
		return err
	}
	a.Responses = append(a.Responses, text)
	return nil
}

func (a *answer) addFrame(refId, part string, file []byte) error {
	decoded, err := decodeFrame(file)
	if err != nil {
		return fmt.Errorf("frame %s of %s: %w", part, refId, err)
	}
	a.Frames = append(a.Frames, taggedFrame{RefId: refId, Part: part, frame: decoded})
	return nil
}
