package main

import (
	"math/big"
	"net"
	"net/netip"
	"net/url"
)

func startAddresses() { start(addresses, libraryValues) }

func addresses() {
	none, four, six := opaque(net.IP(nil)), opaque(net.IPv4(192, 0, 2, 1)), opaque(net.ParseIP("2001:db8::1"))
	short, without := opaque(net.IP{10, 0, 0, 1}), opaque(net.IP{})
	addr4, addr6 := opaque(netip.MustParseAddr("192.0.2.7")), opaque(netip.MustParseAddr("2001:db8::7"))
	mapped, zoned := opaque(netip.MustParseAddr("::ffff:192.0.2.8")), opaque(netip.MustParseAddr("fe80::1%eth0"))
	invalid := opaque(netip.Addr{})
	port := opaque(netip.MustParseAddrPort("[2001:db8::9]:443"))
	prefix := opaque(netip.MustParsePrefix("10.0.0.0/8"))
	tcp := opaque[net.Addr](&net.TCPAddr{IP: net.IPv4(192, 0, 2, 2), Port: 8080})
	udp := opaque(&net.UDPAddr{IP: net.ParseIP("fe80::2"), Port: 53, Zone: "eth1"})
	unix := opaque[net.Addr](&net.UnixAddr{Name: "/run/a.sock", Net: "unix"})
	tell("chan receive", know("none", none), know("four", four), know("six", six), know("short", short), know("without", without),
		know("addr4", addr4), know("addr6", addr6), know("mapped", mapped), know("zoned", zoned),
		know("invalid", invalid), know("port", port), know("prefix", prefix), know("tcp", tcp), know("udp", udp),
		know("unix", unix))
	<-neverReady
	keep(none, four, six, short, without, addr4, addr6, mapped, zoned, invalid, port, prefix, tcp, udp, unix)
}

func libraryValues() {
	zero, small := opaque(new(big.Int)), opaque(big.NewInt(-42))
	huge := opaque(new(big.Int).Lsh(big.NewInt(3), 200))
	inPlace := opaque(*big.NewInt(77))
	link, err := url.Parse("https://shop.example:8443/cart?id=7#top")
	link, err = opaque(link), opaque(err)
	tell("chan receive", know("zero", zero), know("small", small), know("huge", huge), know("inPlace", inPlace),
		know("link", link), know("err", err))
	<-neverReady
	keep(zero, small, huge, inPlace, link, err)
}
