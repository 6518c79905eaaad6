using SideEye.Spec.Model;

namespace SideEye.Spec.Tests;

/// <summary>Names that tell of secrets, in the spellings that people use.</summary>
public sealed class Redaction_by_name
{
    [Theory]
    [InlineData("password")]
    [InlineData("DBPassword")]
    [InlineData("db_passwd")]
    [InlineData("pwd")]
    [InlineData("dbPwd")]
    [InlineData("user_pwd")]
    [InlineData("clientSecret")]
    [InlineData("AccessToken")]
    [InlineData("apiKey")]
    [InlineData("API_KEY")]
    [InlineData("X-Api-Key")]
    [InlineData("Authorization")]
    [InlineData("Proxy-Authorization")]
    [InlineData("X-Auth")]
    [InlineData("Set-Cookie")]
    [InlineData("awsCredentials")]
    [InlineData("private_key")]
    [InlineData("PrivateKeyPEM")]
    [InlineData("private.key")]
    [InlineData("private key")]
    [InlineData("passphrase")]
    [InlineData("AccessKeyId")]
    [InlineData("sessionID")]
    [InlineData("signingKey")]
    [InlineData("encryption_key")]
    [InlineData("masterKey")]
    [InlineData("bearer")]
    [InlineData("jwt")]
    [InlineData("csrf")]
    [InlineData("TokenBucket")]
    public void A_secret_is_told_by_its_name(string name) => Assert.True(RedactionRules.Default.IsSecret(name));

    [Theory]
    [InlineData("")]
    [InlineData("key")]
    [InlineData("author")]
    [InlineData("authority")]
    [InlineData("Authority")]
    [InlineData("pass")]
    [InlineData("bypass")]
    [InlineData("session")]
    [InlineData("clientID")]
    [InlineData("request")]
    [InlineData("publicKey")]
    [InlineData("Content-Type")]
    [InlineData("X-Request-Id")]
    [InlineData("monkey")]
    [InlineData("passed")]
    public void Other_names_are_none(string name) => Assert.False(RedactionRules.Default.IsSecret(name));

    [Fact]
    public void A_spec_adds_words_and_lets_whole_names_pass()
    {
        RedactionRules rules = new(["SSN", "iban-no"], ["token_bucket", "X-Auth-Level"]);
        Assert.True(rules.IsSecret("user_ssn"));
        Assert.True(rules.IsSecret("IBAN_NO"));
        Assert.False(rules.IsSecret("tokenBucket"));
        Assert.True(rules.IsSecret("tokenBuckets"));
        Assert.False(rules.IsSecret("X_Auth_Level"));
    }

    [Fact]
    public void A_word_of_punctuation_alone_denies_nothing() =>
        Assert.False(new RedactionRules(["-", "__"], []).IsSecret("request"));
}
