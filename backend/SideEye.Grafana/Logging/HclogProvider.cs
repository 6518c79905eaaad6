using Microsoft.Extensions.Logging;

namespace SideEye.Grafana.Logging;

/// <summary>Writes the log to a stream that the host of plugins reads: standard error.</summary>
internal sealed class HclogProvider(Stream stream, TimeProvider clock) : ILoggerProvider
{
    private readonly Lock gate = new();

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new HclogLogger(this, categoryName);

    /// <inheritdoc/>
    public void Dispose()
    {
        // The stream is the process's.
    }

    private void Write(byte[] line)
    {
        try
        {
            lock (gate)
            {
                stream.Write(line);
                stream.Flush();
            }
        }
        catch (IOException)
        {
            // Grafana is gone, and with it whoever would read this.
        }
    }

    private sealed class HclogLogger(HclogProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            IEnumerable<KeyValuePair<string, object?>> pairs =
                state as IEnumerable<KeyValuePair<string, object?>> ?? [];
            provider.Write(HclogLine.Write(
                provider.Now(), logLevel, category, formatter(state, exception), pairs, exception));
        }
    }

    private DateTimeOffset Now() => clock.GetUtcNow();
}
