using Rx.Vm.Init.Native;

namespace Rx.Vm.Init.Processes;

/// <summary>Our ends of a new process's streams, until somebody takes them over. -1: there is none.</summary>
internal sealed class ParentEnds
{
    private int _input = -1;
    private int _output = -1;
    private int _error = -1;
    private int _master = -1;

    /// <summary>Whether stderr has a pipe of its own.</summary>
    public bool HasError => _error >= 0;

    /// <summary>Whether there is a terminal's master.</summary>
    public bool HasMaster => _master >= 0;

    /// <summary>Makes stdin's pipe; the child's end is added to <paramref name="child"/>.</summary>
    public void MakeInput(List<int> child)
    {
        var (reader, writer) = Fd.Pipe();
        _input = writer;
        child.Add(reader);
    }

    /// <summary>Makes stdout's pipe; the child's end is added to <paramref name="child"/>.</summary>
    public void MakeOutput(List<int> child) => _output = MakeReadable(child);

    /// <summary>Makes stderr's pipe; the child's end is added to <paramref name="child"/>.</summary>
    public void MakeError(List<int> child) => _error = MakeReadable(child);

    /// <summary>Makes a terminal in a devpts; the child's end is added to <paramref name="child"/>.</summary>
    public void MakeTerminal(int ptsDirectory, List<int> child)
    {
        var (master, terminal) = Pty.Open(ptsDirectory);
        _master = master;
        child.Add(terminal);
    }

    /// <summary>Takes the writing end of stdin over.</summary>
    public int TakeInput() => Take(ref _input);

    /// <summary>Takes the reading end of stdout over.</summary>
    public int TakeOutput() => Take(ref _output);

    /// <summary>Takes the reading end of stderr over.</summary>
    public int TakeError() => Take(ref _error);

    /// <summary>Takes the terminal's master over.</summary>
    public int TakeMaster() => Take(ref _master);

    /// <summary>Closes what nobody took.</summary>
    public void Dispose()
    {
        Fd.Close(ref _input);
        Fd.Close(ref _output);
        Fd.Close(ref _error);
        Fd.Close(ref _master);
    }

    private static int MakeReadable(List<int> child)
    {
        var (reader, writer) = Fd.Pipe();
        child.Add(writer);
        return reader;
    }

    private static int Take(ref int field)
    {
        var fd = field;
        field = -1;
        return fd;
    }
}
