package main

import (
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"time"
)

// simulateClient is one customer: it searches, fills its cart and checks out, in several windows at once at times.
func simulateClient(shop string, number int) {
	browser := &http.Client{Timeout: time.Minute}
	choices := rand.New(rand.NewSource(int64(number)))
	clientID := number % 20
	for {
		switch choices.Intn(6) {
		case 0, 1:
			visit(browser, fmt.Sprintf("%s/search?client=%d&q=%c", shop, clientID, 'a'+choices.Intn(26)))
		case 2, 3, 4:
			visit(browser, fmt.Sprintf("%s/cart?client=%d&add=item-%d", shop, clientID, choices.Intn(50)))
		default:
			visit(browser, fmt.Sprintf("%s/checkout?client=%d", shop, clientID))
		}
		time.Sleep(time.Duration(choices.Intn(40)) * time.Millisecond)
	}
}

func visit(browser *http.Client, url string) {
	response, err := browser.Get(url)
	if err != nil {
		return
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
}
