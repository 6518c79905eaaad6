package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/dynamicpb"
)

const queryData = "/pluginv2.Data/QueryData"

// texts is a flag that may be given more than once.
type texts []string

func (t *texts) String() string         { return fmt.Sprint(*t) }
func (t *texts) Set(value string) error { *t = append(*t, value); return nil }

type options struct {
	plugin, url, token, ca, settings, role, queriesFile string
	queries, alerts                                     texts
	timeRange, interval, timeout                        time.Duration
	points                                              int
	calls, perCall, connections, warmUp                 int
	viewers                                             int
	refresh, duration, alertEvery, rest                 time.Duration
}

func parse(mode string, arguments []string) (*options, error) {
	o := &options{}
	flags := flag.NewFlagSet("pluginhost "+mode, flag.ContinueOnError)
	flags.StringVar(&o.plugin, "plugin", "", "the plugin's executable")
	flags.StringVar(&o.url, "url", "", "the control plane's gRPC address")
	flags.StringVar(&o.token, "token", "", "the data source's token")
	flags.StringVar(&o.ca, "ca", "", "PEM file of the authority")
	flags.StringVar(&o.settings, "settings", "{}", "more of jsonData, an object")
	flags.StringVar(&o.role, "role", "Viewer", "role of the person")
	flags.Var(&o.queries, "query", "a query, as often as wanted")
	flags.StringVar(&o.queriesFile, "queries", "", "a file with a JSON array of queries")
	flags.DurationVar(&o.timeRange, "range", time.Hour, "the time range: so long until now")
	flags.DurationVar(&o.interval, "interval", 15*time.Second, "between two points")
	flags.DurationVar(&o.timeout, "timeout", time.Minute, "of one call")
	flags.IntVar(&o.points, "points", 1000, "how many points a panel can show")
	switch mode {
	case "repeat":
		flags.IntVar(&o.calls, "calls", 100, "QueryData calls")
		flags.IntVar(&o.perCall, "per-call", 0, "queries in one call; 0: each of them once")
		flags.IntVar(&o.connections, "connections", 1, "connections")
		flags.IntVar(&o.warmUp, "warm-up", 1, "calls before that do not count")
		flags.DurationVar(&o.rest, "rest", 0, "before each call")
	case "viewers":
		flags.IntVar(&o.viewers, "viewers", 20, "people")
		flags.DurationVar(&o.refresh, "refresh", time.Second, "between two refreshes")
		flags.DurationVar(&o.duration, "duration", time.Minute, "for how long")
		flags.Var(&o.alerts, "alert", "a query of an alert rule, as often as wanted")
		flags.DurationVar(&o.alertEvery, "alert-every", 10*time.Second, "between two evaluations")
	default:
		return nil, fmt.Errorf("there is no mode %q: repeat or viewers", mode)
	}
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	if o.plugin == "" || o.url == "" || flags.NArg() > 0 {
		return nil, errors.New("-plugin and -url are needed, and nothing but flags")
	}
	if o.connections < 0 || o.viewers < 0 || o.refresh < 0 || o.rest < 0 || (len(o.alerts) > 0 && o.alertEvery <= 0) {
		return nil, errors.New("counts and durations must be positive")
	}
	return o, nil
}

// panels are the queries of each panel.
func (o *options) panels() ([][]json.RawMessage, error) {
	var out [][]json.RawMessage
	for _, each := range o.queries {
		out = append(out, []json.RawMessage{json.RawMessage(each)})
	}
	if o.queriesFile != "" {
		text, err := os.ReadFile(o.queriesFile)
		if err != nil {
			return nil, err
		}
		var entries []json.RawMessage
		if err := json.Unmarshal(text, &entries); err != nil {
			return nil, fmt.Errorf("%s: %w", o.queriesFile, err)
		}
		for _, entry := range entries {
			var several []json.RawMessage
			if json.Unmarshal(entry, &several) != nil {
				several = []json.RawMessage{entry}
			}
			out = append(out, several)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("there is no query: -query or -queries")
	}
	return out, nil
}

// context is the data source and the person, as the host puts them into each call.
func (o *options) context(isAlert bool) (map[string]any, error) {
	settings := map[string]any{}
	if err := json.Unmarshal([]byte(o.settings), &settings); err != nil {
		return nil, fmt.Errorf("-settings: %w", err)
	}
	settings["url"] = o.url
	secrets := []any{}
	if o.token != "" {
		secrets = append(secrets, map[string]any{"key": "token", "value": o.token})
	}
	if o.ca != "" {
		pem, err := os.ReadFile(o.ca)
		if err != nil {
			return nil, err
		}
		settings["tlsAuthWithCACert"] = true
		secrets = append(secrets, map[string]any{"key": "tlsCACert", "value": string(pem)})
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return nil, err
	}
	out := map[string]any{
		"orgId": "1", "pluginId": "sideeye-sideeye-datasource",
		"dataSourceInstanceSettings": map[string]any{
			"uid": "eye", "name": "Side-Eye", "jsonData": base64.StdEncoding.EncodeToString(text), "lastUpdatedMS": "1",
			"decryptedSecureJsonData": secrets,
		},
	}
	if !isAlert {
		out["user"] = map[string]any{"login": "load", "name": "Load", "role": o.role}
	}
	return out, nil
}

// asker sends queries to a plugin.
type asker struct {
	host    *host
	options *options
}

func (a *asker) request(queries []json.RawMessage, isAlert bool) (*dynamicpb.Message, error) {
	context, err := a.options.context(isAlert)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	list := []any{}
	for i, query := range queries {
		list = append(list, map[string]any{
			"refId": refId(i), "json": base64.StdEncoding.EncodeToString(query),
			"maxDataPoints": strconv.Itoa(a.options.points),
			"intervalMS":    strconv.FormatInt(a.options.interval.Milliseconds(), 10),
			"timeRange": map[string]any{
				"fromEpochMS": strconv.FormatInt(now.Add(-a.options.timeRange).UnixMilli(), 10),
				"toEpochMS":   strconv.FormatInt(now.UnixMilli(), 10),
			},
		})
	}
	headers := map[string]string{"http_X-Dashboard-Uid": "load"}
	if isAlert {
		headers = map[string]string{"FromAlert": "true"}
	}
	entries := []any{}
	for key, value := range headers {
		entries = append(entries, map[string]any{"key": key, "value": value})
	}
	text, err := json.Marshal(map[string]any{"pluginContext": context, "queries": list, "headers": entries})
	if err != nil {
		return nil, err
	}
	message := dynamicpb.NewMessage(a.host.types.Messages().ByName("QueryDataRequest"))
	return message, protojson.Unmarshal(text, message)
}

func refId(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return "Q" + strconv.Itoa(i)
}

// ask sends one QueryData call; the latency ends when the answer is there, before its frames are looked at.
func (a *asker) ask(conn *grpc.ClientConn, queries []json.RawMessage, isAlert bool) (outcome, error) {
	request, err := a.request(queries, isAlert)
	if err != nil {
		return outcome{}, err
	}
	response := dynamicpb.NewMessage(a.host.types.Messages().ByName("QueryDataResponse"))
	ctx, cancel := context.WithTimeout(context.Background(), a.options.timeout)
	defer cancel()
	begin := time.Now()
	failure := conn.Invoke(ctx, queryData, request, response)
	out := outcome{latency: time.Since(begin), queries: len(queries)}
	if failure != nil {
		out.errors = append(out.errors, failure.Error())
		return out, nil
	}
	list := response.Get(response.Descriptor().Fields().ByName("responses")).List()
	if list.Len() != len(queries) {
		out.errors = append(out.errors, fmt.Sprintf("%d answers to %d queries", list.Len(), len(queries)))
	}
	for i := 0; i < list.Len(); i++ {
		entry := list.Get(i).Message()
		value := entry.Get(entry.Descriptor().Fields().ByName("value")).Message()
		fields := value.Descriptor().Fields()
		if text := value.Get(fields.ByName("error")).String(); text != "" {
			out.errors = append(out.errors, text)
		}
		files := value.Get(fields.ByName("frames")).List()
		for n := 0; n < files.Len(); n++ {
			out.addFrame(files.Get(n).Bytes())
		}
	}
	return out, nil
}

func (o *outcome) addFrame(file []byte) {
	decoded, err := decodeFrame(file)
	if err != nil {
		o.errors = append(o.errors, err.Error())
		return
	}
	o.bytes += int64(len(file))
	o.rows += decoded.Rows
	o.notices = append(o.notices, noticesOf(decoded)...)
}

// load launches the plugin, puts load on it, and prints what came of it.
func (h *host) load(mode string, arguments []string) error {
	o, err := parse(mode, arguments)
	if err != nil {
		return err
	}
	panels, err := o.panels()
	if err != nil {
		return err
	}
	h.level = hclog.Warn
	p, err := h.launch("load", o.plugin)
	if err != nil {
		return err
	}
	defer p.client.Kill()
	a := &asker{host: h, options: o}
	var out result
	if mode == "repeat" {
		out, err = a.repeat(p, panels)
	} else {
		out, err = a.watch(p, panels)
	}
	if err != nil {
		return err
	}
	return h.out.Encode(out)
}

// repeat calls QueryData again and again.
func (a *asker) repeat(p *launched, panels [][]json.RawMessage) (result, error) {
	var all []json.RawMessage
	for _, each := range panels {
		all = append(all, each...)
	}
	perCall := a.options.perCall
	if perCall <= 0 {
		perCall = len(all)
	}
	address := p.client.ReattachConfig().Addr
	dial := func(ctx context.Context, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, address.Network(), address.String())
	}
	var next int64
	queries := func() []json.RawMessage {
		first := int(atomic.AddInt64(&next, int64(perCall))) - perCall
		out := make([]json.RawMessage, perCall)
		for i := range out {
			out[i] = all[(first+i)%len(all)]
		}
		return out
	}
	for i := 0; i < a.options.warmUp; i++ {
		time.Sleep(a.options.rest)
		if _, err := a.ask(p.conn, queries(), false); err != nil {
			return result{}, err
		}
	}
	var left = int64(a.options.calls)
	counts := newTally()
	failures := make(chan error, a.options.connections)
	begin := time.Now()
	for i := 0; i < a.options.connections; i++ {
		conn, err := grpc.Dial("passthrough:///unused", grpc.WithContextDialer(dial),
			grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(1<<31-1)))
		if err != nil {
			return result{}, err
		}
		defer conn.Close()
		go func() {
			for atomic.AddInt64(&left, -1) >= 0 {
				time.Sleep(a.options.rest)
				o, err := a.ask(conn, queries(), false)
				if err != nil {
					failures <- err
					return
				}
				counts.add(o)
			}
			failures <- nil
		}()
	}
	for i := 0; i < a.options.connections; i++ {
		if err := <-failures; err != nil {
			return result{}, err
		}
	}
	out := counts.result("")
	out.Seconds = time.Since(begin).Seconds()
	return out, nil
}

// watch is people who look at a dashboard that refreshes, and alert rules that are evaluated meanwhile.
func (a *asker) watch(p *launched, panels [][]json.RawMessage) (result, error) {
	if _, err := a.request(nil, false); err != nil {
		return result{}, err
	}
	total := newTally()
	shown := make([]*tally, len(panels))
	for i := range shown {
		shown[i] = newTally()
	}
	rules := make([]*tally, len(a.options.alerts))
	begin := time.Now()
	end := begin.Add(a.options.duration)
	var all sync.WaitGroup
	for v := 0; v < a.options.viewers; v++ {
		// People open their dashboards at different moments.
		first := begin.Add(a.options.refresh * time.Duration(v) / time.Duration(a.options.viewers))
		all.Add(1)
		go func() {
			defer all.Done()
			every(first, a.options.refresh, end, total.addLate, func() {
				var open sync.WaitGroup
				for i := range panels {
					open.Add(1)
					go func() {
						defer open.Done()
						a.count(p, panels[i], false, shown[i], total)
					}()
				}
				open.Wait()
			})
		}()
	}
	for i := range a.options.alerts {
		rules[i] = newTally()
		all.Add(1)
		go func() {
			defer all.Done()
			every(begin, a.options.alertEvery, end, rules[i].addLate, func() {
				a.count(p, []json.RawMessage{json.RawMessage(a.options.alerts[i])}, true, rules[i], total)
			})
		}()
	}
	all.Wait()
	out := total.result("")
	out.Seconds = time.Since(begin).Seconds()
	for i, each := range shown {
		out.Panels = append(out.Panels, each.result(fmt.Sprintf("panel %d", i+1)))
	}
	for i, each := range rules {
		out.Alerts = append(out.Alerts, each.result(fmt.Sprintf("alert %d", i+1)))
	}
	return out, nil
}

func (a *asker) count(p *launched, queries []json.RawMessage, isAlert bool, tallies ...*tally) {
	o, err := a.ask(p.conn, queries, isAlert)
	if err != nil {
		o.errors = append(o.errors, err.Error())
	}
	for _, each := range tallies {
		each.add(o)
	}
}

// every does something at each step until the end; what takes longer than a step is late, and catches up with nothing.
func every(first time.Time, step time.Duration, end time.Time, late func(), do func()) {
	for at := first; at.Before(end); {
		time.Sleep(time.Until(at))
		do()
		at = at.Add(step)
		if now := time.Now(); now.After(at) {
			if now.Before(end) {
				late()
			}
			at = now
		}
	}
}
