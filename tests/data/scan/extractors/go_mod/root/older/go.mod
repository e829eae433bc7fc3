module example.org/older

go 1.16

require golang.org/x/text v0.3.7
