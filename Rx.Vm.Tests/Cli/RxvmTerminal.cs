using System.Text;

namespace Rx.Vm.Tests.Cli;

/// <summary><c>rxvm</c> with a person before it: a session of its own on a <see cref="PseudoTerminal"/>.</summary>
internal sealed class RxvmTerminal : IDisposable
{
    public const string Cooked = "isig icanon echo opost";
    public const string Raw = "";

    private readonly PseudoTerminal _terminal;
    private readonly Rxvm _run;
    private int _seen;

    private RxvmTerminal(PseudoTerminal terminal, Rxvm run) => (_terminal, _run) = (terminal, run);

    public int Pid => _run.Pid;

    public string Settings => _terminal.Settings;

    public static RxvmTerminal Start(params string[] arguments)
    {
        var terminal = PseudoTerminal.Open(24, 80);

        // The shell opens the device, the session makes it its own; each becomes the next, so the process is the program's in the end.
        string[] way = ["sh", "-c", "exec setsid -c \"$@\" <\"$0\" >\"$0\" 2>&1", terminal.Path];
        return new RxvmTerminal(terminal, Rxvm.Start(new() { Through = way, Environment = { ["TERM"] = "xterm" } }, arguments));
    }

    /// <summary>Types; one char is one byte.</summary>
    public void Type(string keys) => _terminal.Type(Encoding.Latin1.GetBytes(keys));

    public void Resize(ushort rows, ushort columns) => _terminal.Resize(rows, columns);

    public void Signal(string name) => _run.Signal(name);

    /// <summary>Closes the window.</summary>
    public void HangUp() => _terminal.Dispose();

    /// <summary>Waits for <paramref name="text"/> on the screen, behind what was waited for last; one char is one byte.</summary>
    public async Task SeeAsync(string text)
    {
        var ct = TestContext.Current.CancellationToken;
        var at = -1;
        try
        {
            await _terminal.UntilAsync(screen => (at = Encoding.Latin1.GetString(screen).IndexOf(text, _seen, StringComparison.Ordinal)) >= 0, ct);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"waited for {text} in vain; the screen: {Encoding.Latin1.GetString(_terminal.Screen)}");
        }

        _seen = at + text.Length;
    }

    /// <summary>Waits until the terminal is set like that.</summary>
    public Task SetAsync(string settings) => Eventually.HoldsAsync(() => Settings == settings);

    /// <summary>Waits until the process is stopped, as by Ctrl-Z.</summary>
    public Task StoppedAsync() => Eventually.HoldsAsync(() => File.ReadAllText($"/proc/{Pid}/stat").Split(") ")[1].StartsWith('T'));

    /// <summary>Waits for the end: exit code, screen, and what was left behind.</summary>
    public async Task<RxvmResult> EndAsync()
    {
        var result = await _run.EndAsync();
        return result with { Output = _terminal.Screen };
    }

    public void Dispose()
    {
        _run.Dispose();
        _terminal.Dispose();
    }
}
