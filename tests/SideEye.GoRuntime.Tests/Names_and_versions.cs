using Xunit;

namespace SideEye.GoRuntime.Tests;

public sealed class Names_and_versions
{
    [Theory]
    [InlineData("net/http.(*conn).serve", "net/http", "(*conn).serve")]
    [InlineData("main.main", "main", "main")]
    [InlineData("main.sum[go.shape.float64]", "main", "sum[go.shape.float64]")]
    [InlineData("example.com/a/b.(*list[example.com/c/d.T]).add", "example.com/a/b", "(*list[example.com/c/d.T]).add")]
    [InlineData("gopkg.in/yaml%2ev3.Unmarshal.func1", "gopkg.in/yaml.v3", "Unmarshal.func1")]
    [InlineData("main.F[main.x/y.z].func1.2", "main", "F[main.x/y.z].func1.2")]
    [InlineData("type:.eq.net/http.Cookie", "", "type:.eq.net/http.Cookie")]
    [InlineData("type..eq.[2]interface {}", "", "type..eq.[2]interface {}")]
    [InlineData("go:(*struct { sync.Mutex; x/y.z int }).Lock", "", "go:(*struct { sync.Mutex; x/y.z int }).Lock")]
    [InlineData("x_cgo_init", "", "x_cgo_init")]
    [InlineData("glob..func1", "glob", ".func1")]
    [InlineData("", "", "")]
    public void A_function_name_falls_into_package_and_rest(string name, string package, string local)
    {
        Assert.Equal(new GoFunctionName(package, local), GoFunctionName.Parse(name));
        Assert.Equal(package, GoFunctionName.PackageOf(name));
    }

    [Theory]
    [InlineData("main.f", "main.f", "main.f")]
    [InlineData("main.F[go.shape.[]int].func1", "main.F[...].func1", "main.F[...].func1")]
    [InlineData("main.(*T[go.shape.int]).M[go.shape.string]", "main.(*T[...]", "main.(*T[...]).M[...]")]
    [InlineData("main.F[unbalanced", "main.F[unbalanced", "main.F[unbalanced")]
    public void Type_arguments_are_shortened_as_that_version_does(string name, string upTo126, string from127)
    {
        Assert.True(GoVersion.TryParse("go1.26.1", out GoVersion? older));
        Assert.True(GoVersion.TryParse("go1.27.1", out GoVersion? newer));
        Assert.Equal(upTo126, GoFunctionName.ForPrint(name, older));
        Assert.Equal(from127, GoFunctionName.ForPrint(name, newer));
    }

    [Theory]
    [InlineData("go1.27.3", 27, 3, false, "")]
    [InlineData("go1.25rc1", 25, 0, false, "")]
    [InlineData("devel go1.28-1a2b3c4d Mon Jan 2 15:04:05 2026 +0000", 28, 0, true, "")]
    [InlineData("go1.24.4 X:noswissmap,nodwarf5", 24, 4, false, "noswissmap,nodwarf5")]
    public void Versions_are_read_as_toolchains_write_them(
        string text, int minor, int patch, bool development, string experiments)
    {
        Assert.True(GoVersion.TryParse(text, out GoVersion? version));
        Assert.Equal((1, minor, patch), (version.Major, version.Minor, version.Patch));
        Assert.Equal(development, version.IsDevelopment);
        Assert.Equal(experiments, string.Join(',', version.Experiments));
        Assert.Equal(text, version.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("devel +1a2b3c4")]
    [InlineData("gopher 1.2")]
    public void What_is_no_version_is_refused(string text) => Assert.False(GoVersion.TryParse(text, out _));

    [Fact]
    public void Versions_are_ordered_by_number()
    {
        Assert.True(GoVersion.TryParse("go1.9.7", out GoVersion? old));
        Assert.True(GoVersion.TryParse("go1.19.8", out GoVersion? recent));
        Assert.True(old < recent);
        Assert.True(recent.IsAtLeast(19));
        Assert.False(recent.IsAtLeast(20));
    }

    [Theory]
    [InlineData("runtime.bgsweep", GoFuncId.Normal, false, true)]
    [InlineData("runtime.main", GoFuncId.RuntimeMain, false, false)]
    [InlineData("runtime.corostart", GoFuncId.Corostart, false, false)]
    [InlineData("runtime.runfinq", GoFuncId.RunFinalizers, false, true)]
    [InlineData("runtime.runfinq", GoFuncId.RunFinalizers, true, false)]
    [InlineData("os/signal.loop", GoFuncId.Normal, false, false)]
    [InlineData(null, GoFuncId.Normal, false, false)]
    public void System_goroutines_are_those_that_runtime_Stack_hides(
        string? start, GoFuncId id, bool runsUserCode, bool system) =>
        Assert.Equal(system, SystemGoroutine.Is(start, id, runsUserCode));

    [Fact]
    public void The_scan_bit_is_no_part_of_the_status()
    {
        Assert.Equal(GoroutineStatus.Waiting, GoroutineStatuses.FromWord(0x1004));
        Assert.True(GoroutineStatus.Waiting.HasStack());
        Assert.False(GoroutineStatus.DeadExtra.HasStack());
        Assert.Equal("status 77", GoroutineStatuses.FromWord(77).Name());
    }
}
