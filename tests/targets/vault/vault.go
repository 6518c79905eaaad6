// Vault holds secrets of every kind under names that tell of them, and beside each something harmless. Each has
// contents of its own, which are nowhere else in the program's memory: a test looks for them in what was copied.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"sideeye.test/targets/control"
)

var spin = flag.Bool("spin", false, "one goroutine never leaves its processor")

var (
	never   = make(chan int)
	stopped atomic.Bool
)

// sealed has a secret between other fields.
type sealed struct {
	label string
	token [24]byte
	after int64
}

type login struct {
	User   string
	Secret *string
	ApiKey *sealed
	Shown  *string
}

// wide is larger than what maps hold in place.
type wide struct {
	text [24]byte
	pad  [160]byte
}

type held struct {
	inside  sealed
	list    []sealed
	logins  []login
	headers http.Header
	config  map[string]string
	pins    map[string]int64
	keys    map[string][24]byte
	nested  map[string]map[string]string
	wide    map[string]wide
	mixed   map[string]any
	large   map[string]string
	long    map[string]string
	private map[string]sealed
}

// fill writes "secret of KIND" or the like to where it is to be, and leaves nothing of it elsewhere.
//
//go:noinline
func fill(to []byte, word, kind string) {
	n := copy(to, word)
	n += copy(to[n:], " of ")
	copy(to[n:], kind)
}

//go:noinline
func text(word, kind string) string {
	bytes := make([]byte, len(word)+len(" of ")+len(kind))
	fill(bytes, word, kind)
	return string(bytes)
}

func secret(kind string) string { return text("secret", kind) }
func public(kind string) string { return text("public", kind) }

func array(word, kind string) (bytes [24]byte) {
	fill(bytes[:], word, kind)
	return bytes
}

// number is text of eight bytes as a number.
func number(text string) (n int64) {
	for i := 7; i >= 0; i-- {
		n = n<<8 | int64(text[i])
	}
	return n
}

func newHeld() *held {
	h := &held{}
	h.inside.label, h.inside.after = public("field"), 7
	fill(h.inside.token[:], "secret", "field")
	h.list = make([]sealed, 3)
	for i := range h.list {
		h.list[i].label = public(fmt.Sprint("element", i))
		fill(h.list[i].token[:], "secret", fmt.Sprint("element", i))
	}
	word, shown, inner := secret("pointer"), public("pointer"), &sealed{label: secret("struct")}
	h.logins = []login{{User: public("user"), Secret: &word, ApiKey: inner, Shown: &shown}}
	h.headers = http.Header{}
	h.headers.Set("Authorization", secret("header"))
	h.headers.Add("Set-Cookie", secret("cookie"))
	h.headers.Set("Accept", public("header"))
	h.config = map[string]string{
		"db_PassWord": secret("config"), "host": public("config"), "author": public("author"), "userAuth": secret("word"),
		"token_bucket": secret("exception"), "": public("noname"), "schlüssel-token": secret("umlaut"),
	}
	h.pins = map[string]int64{"otp": number("s-number"), "port": number("p-number")}
	h.keys = map[string][24]byte{"signing-key": array("secret", "array"), "fingerprint": array("public", "array")}
	h.nested = map[string]map[string]string{
		"eu": {"api_key": secret("nested"), "region": public("nested")}, "secrets": {"all": secret("outer")}}
	h.wide = map[string]wide{
		"session token": {text: array("secret", "wide")}, "plain": {text: array("public", "wide")}}
	h.mixed = map[string]any{"password": secret("any"), "credentials": inner, "user": public("any")}
	h.large = map[string]string{"client.secret": secret("large")}
	for i := 0; i < 100; i++ {
		h.large[fmt.Sprint("key", i)] = public(fmt.Sprint("large", i))
	}
	h.long = map[string]string{
		strings.Repeat("k", 256): public("length"), strings.Repeat("k", 250) + "token": secret("length"),
		strings.Repeat("k", 257): secret("toolong")}
	h.private = map[string]sealed{"jwt": {label: secret("jwt")}, "other": {label: public("other")}}
	fillPrivate(h)
	return h
}

func fillPrivate(h *held) {
	other := h.private["other"]
	fill(other.token[:], "secret", "private")
	h.private["other"] = other
	fill(other.token[:], "------", "-------")
}

//go:noinline
func wait(begun *sync.WaitGroup) {
	begun.Done()
	<-never
}

//go:noinline
func use(bytes []byte) int {
	sum := 0
	for _, each := range bytes {
		sum += int(each)
	}
	return sum
}

//go:noinline
func onHeap(h *held, begun *sync.WaitGroup) int {
	wait(begun)
	return len(h.list)
}

// onStack has secrets in its own frame, and one that is out of scope when it waits.
//
//go:noinline
func onStack(begun *sync.WaitGroup) int {
	sum := 0
	{
		var passphrase [40]byte
		fill(passphrase[:], "secret", "block")
		sum += use(passphrase[:])
	}
	var privateKey [32]byte
	fill(privateKey[:], "secret", "stack")
	var plain [32]byte
	fill(plain[:], "public", "stack")
	var box sealed
	fill(box.token[:], "secret", "box")
	box.after = 77
	var two [2]sealed
	fill(two[0].token[:], "secret", "two0")
	fill(two[1].token[:], "secret", "two1")
	two[1].after = 78
	var buffer [20000]byte
	credential := buffer[:16]
	fill(credential, "public", "alias")
	wait(begun)
	return sum + use(privateKey[:]) + use(plain[:]) + use(box.token[:]) + use(two[0].token[:]) + use(two[1].token[:]) +
		use(buffer[:]) + int(box.after+two[1].after)
}

// byValue gets a secret on the stack.
//
//go:noinline
func byValue(password [48]byte, name string, begun *sync.WaitGroup) int {
	wait(begun)
	return use(password[:]) + len(name)
}

func startByValue(begun *sync.WaitGroup) {
	bytes := new([48]byte)
	fill(bytes[:], "secret", "parameter")
	name := public("parameter")
	go func() { byValue(*bytes, name, begun) }()
}

// busy never leaves its processor.
//
//go:noinline
func busy(begun *sync.WaitGroup) int {
	var token [64]byte
	fill(token[:], "secret", "running")
	var shown [64]byte
	fill(shown[:], "public", "running")
	begun.Done()
	for !stopped.Load() {
		shown[63]++
	}
	return use(token[:]) + use(shown[:])
}

// deep has a stack that the probe leaves to process_vm_readv.
//
//go:noinline
func deep(depth int, begun *sync.WaitGroup) int {
	var jwt [24]byte
	fill(jwt[:], "secret", "deep")
	var pad [8000]byte
	fill(pad[:], "public", "deep")
	if depth == 0 {
		wait(begun)
	} else {
		depth = deep(depth-1, begun)
	}
	return depth + use(jwt[:]) + use(pad[:])
}

// hand hands its caller's secret on under a name that tells nothing.
//
//go:noinline
func hand(bytes []byte, begun *sync.WaitGroup) int {
	wait(begun)
	return use(bytes)
}

//go:noinline
func handing(begun *sync.WaitGroup) int {
	var cookie [32]byte
	fill(cookie[:], "handed", "on")
	return hand(cookie[:], begun) + use(cookie[:])
}

// scrub writes over what returned functions have left on the stack.
//
//go:noinline
func scrub() int {
	var pad [60000]byte
	return use(pad[:])
}

func main() {
	var begun sync.WaitGroup
	flag.Parse()
	begun.Add(5)
	h := newHeld()
	scrub()
	go onHeap(h, &begun)
	go onStack(&begun)
	startByValue(&begun)
	go deep(6, &begun)
	go handing(&begun)
	if *spin {
		begun.Add(1)
		go busy(&begun)
	}
	begun.Wait()
	control.Serve(nil)
}
