module example.com/symbols.v1

go 1.19
