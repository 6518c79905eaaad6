package main

type account struct {
	User         string
	Password     string
	APIKey       []byte
	refreshToken *string
	nested       struct{ ClientSecret, public string }
	Headers      map[string][]string
	tokens       int
}

func startSecrets() { start(secrets) }

func secrets() {
	token := "t0ken-should-not-leak"
	user := opaque(account{User: "ann", Password: "hunter2-should-not-leak", APIKey: []byte("key-should-not-leak")})
	user.refreshToken = &token
	user.nested.ClientSecret, user.nested.public = "nested-should-not-leak", "seen"
	user.Headers = map[string][]string{
		"Authorization": {"Bearer should-not-leak"}, "Set-Cookie": {"should-not-leak"}, "Accept": {"*/*"}}
	password := opaque("variable-should-not-leak")
	byPointer := opaque(&user)
	harmless := opaque("passage")
	tell("chan receive", know("user", user), know("password", password), know("byPointer", byPointer),
		know("harmless", harmless))
	<-neverReady
	keep(user, password, byPointer, harmless, token)
}
