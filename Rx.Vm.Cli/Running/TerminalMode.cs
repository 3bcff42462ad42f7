using System.Runtime.InteropServices;

namespace Rx.Vm.Cli.Running;

/// <summary>Raw mode of the terminal on standard input while a container has a terminal of its own; restored on dispose.</summary>
internal sealed partial class TerminalMode : IDisposable
{
    // struct termios of Linux on every architecture .NET runs on fits; cfmakeraw does the rest.
    private const int TermiosSize = 256;
    private const int Now = 0;

    private readonly byte[] _saved;

    private TerminalMode(byte[] saved) => _saved = saved;

    /// <summary>Switches to raw mode; null when standard input is no terminal.</summary>
    public static TerminalMode? EnterRaw()
    {
        var saved = new byte[TermiosSize];
        if (Console.IsInputRedirected || GetAttributes(0, saved) != 0)
        {
            return null;
        }

        var raw = (byte[])saved.Clone();
        MakeRaw(raw);
        return SetAttributes(0, Now, raw) == 0 ? new TerminalMode(saved) : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _ = SetAttributes(0, Now, _saved);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, [In, Out] byte[] termios);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, [In] byte[] termios);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw([In, Out] byte[] termios);
}
