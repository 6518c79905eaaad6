package main

import "strings"

func startTexts() { start(texts, longTexts, bytesAndRunes, arrays) }

func texts() {
	empty, plain, wide := opaque(""), opaque("plain text"), opaque("naïve ☃ 𝄞 \u2028 end")
	quoted, control := opaque("a \"b\" \\c <d> & 'e'"), opaque("line\nfeed\ttab\x00nul\x1f\x7f")
	broken, cut := opaque("a\xffb\xc0\xafc"), opaque("snow\xe2\x98")
	surrogate := opaque("half \xed\xa0\x80 pair")
	part := opaque("one two three")[4:7]
	tell("chan receive", know("empty", empty), know("plain", plain), know("wide", wide), know("quoted", quoted),
		know("control", control), know("broken", broken), know("cut", cut), know("surrogate", surrogate),
		know("part", part))
	<-neverReady
	keep(empty, plain, wide, quoted, control, broken, cut, surrogate, part)
}

// longTexts are around and beyond the default limit of 1,024 bytes.
func longTexts() {
	below, at := opaque(strings.Repeat("x", 1023)), opaque(strings.Repeat("y", 1024))
	above, far := opaque(strings.Repeat("z", 1025)), opaque(strings.Repeat("0123456789", 1000))
	wide := opaque("a" + strings.Repeat("ß", 1000))
	tell("chan receive", know("below", below), know("at", at), know("above", above), know("far", far),
		know("wide", wide))
	<-neverReady
	keep(below, at, above, far, wide)
}

func bytesAndRunes() {
	text, binary := opaque([]byte("as text")), opaque([]byte{0, 0xff, 0xfe, 1})
	none, empty := opaque([]byte(nil)), opaque([]byte{})
	runes, array := opaque([]rune("rünes")), opaque([4]byte{'a', 'b', 'c', 0})
	tell("chan receive", know("text", text), know("binary", binary), know("none", none), know("empty", empty),
		know("runes", runes), know("array", array))
	<-neverReady
	keep(text, binary, none, empty, runes, array)
}

func arrays() {
	one, three := opaque([1]int{7}), opaque([3]int16{1, -2, 3})
	none := opaque([0]int{})
	matrix := opaque([2][3]float32{{1, 2, 3}, {4, 5, 6}})
	words := opaque([2]string{"left", "right"})
	large := opaque([40]int64{0: 1, 39: 40})
	tell("chan receive", know("one", one), know("three", three), know("none", none), know("matrix", matrix),
		know("words", words), know("large", large))
	<-neverReady
	keep(one, three, none, matrix, words, large)
}
