module sideeye.test/targets

go 1.19
