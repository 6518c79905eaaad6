package main

import "time"

var madeAt = time.Now()

func startTimes() { start(times, durations) }

func times() {
	var zero time.Time
	zero = opaque(zero)
	monotonic, wall := opaque(madeAt), opaque(madeAt.Round(0))
	date := opaque(time.Date(2024, 2, 29, 23, 59, 59, 123456789, time.UTC))
	zone := opaque(time.Date(1969, 7, 20, 22, 17, 40, 0, time.FixedZone("CEST", 2*60*60)))
	old, late := opaque(time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC)), opaque(time.Date(9999, 12, 31, 0, 0, 0, 10, time.UTC))
	pointer, list := opaque(&date), opaque([]time.Time{date, zone})
	inside := opaque(struct {
		at    time.Time
		until *time.Time
	}{date, nil})
	tell("chan receive", know("zero", zero), know("monotonic", monotonic), know("wall", wall), know("date", date),
		know("zone", zone), know("old", old), know("late", late), know("pointer", pointer), know("list", list),
		know("inside", inside))
	<-neverReady
	keep(zero, monotonic, wall, date, zone, old, late, pointer, list, inside)
}

func durations() {
	zero, second := opaque(time.Duration(0)), opaque(1500*time.Millisecond)
	long, negative := opaque(49*time.Hour+3*time.Nanosecond), opaque(-time.Microsecond)
	least, list := opaque(time.Duration(-1<<63)), opaque([]time.Duration{1, time.Minute})
	month, day := opaque(time.March), opaque(time.Sunday)
	tell("chan receive", know("zero", zero), know("second", second), know("long", long),
		know("negative", negative), know("least", least), know("list", list), know("month", month), know("day", day))
	<-neverReady
	keep(zero, second, long, negative, least, list, month, day)
}
