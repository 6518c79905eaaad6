using System.Runtime.Versioning;
using Xunit.Sdk;
using Xunit.v3;

// Tests freeze processes and install packages; one at a time.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: SupportedOSPlatform("linux")]
