using System.Net.Security;
using System.Threading.Channels;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Tests.Wire;

/// <summary>A listener in memory.</summary>
internal sealed class CallerDoor : IDisposable
{
    private readonly Channel<Stream> _calls = Channel.CreateUnbounded<Stream>();
    private readonly TestCertificates? _certificates;
    private int _taken;

    public CallerDoor(SslServerAuthenticationOptions? tls) => Callers = new Callers(AcceptAsync, tls, "here");

    private CallerDoor(TestCertificates certificates)
        : this(new SslServerAuthenticationOptions { ServerCertificate = certificates.Server }) => _certificates = certificates;

    public Callers Callers { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static CallerDoor WithTls() => new(new TestCertificates());

    /// <summary>Somebody calls, and says nothing yet.</summary>
    public Stream Call()
    {
        var (here, there) = DuplexStream.CreatePair();
        Call(here);
        return there;
    }

    /// <summary>Somebody calls, by a stream of his own.</summary>
    public void Call(Stream here) => Assert.True(_calls.Writer.TryWrite(here));

    /// <summary>Waits until the first call was taken, and another is waited for.</summary>
    public async Task IsTakenAsync()
    {
        while (Volatile.Read(ref _taken) < 2)
        {
            await Task.Yield();
        }
    }

    public async Task<SslStream> ShakeHandsAsync(Stream caller)
    {
        var secured = new SslStream(caller);
        await secured.AuthenticateAsClientAsync(new QmpTls { Authorities = [_certificates!.Authority] }.For("localhost"), Token);
        return secured;
    }

    /// <summary>From now on nobody is let in.</summary>
    public void Fail(Exception cause) => _calls.Writer.Complete(cause);

    public void Dispose()
    {
        Callers.Dispose();
        _certificates?.Dispose();
    }

    private async ValueTask<Stream> AcceptAsync(CancellationToken ct)
    {
        Interlocked.Increment(ref _taken);
        try
        {
            return await _calls.Reader.ReadAsync(ct);
        }
        catch (ChannelClosedException closed)
        {
            throw closed.InnerException!;
        }
    }
}
