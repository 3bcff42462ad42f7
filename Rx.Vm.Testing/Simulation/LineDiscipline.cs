namespace Rx.Vm.Testing.Simulation;

/// <summary>What a terminal does to the bytes on their way: line ends, echo, Ctrl-C and Ctrl-D. Lines are not gathered.</summary>
internal static class LineDiscipline
{
    private const byte EndOfText = 3;
    private const byte EndOfTransmission = 4;

    /// <summary>Output: a line feed becomes carriage return and line feed.</summary>
    public static ReadOnlyMemory<byte> Output(ReadOnlyMemory<byte> bytes)
    {
        var result = new List<byte>(bytes.Length + 8);
        foreach (var b in bytes.Span)
        {
            if (b == '\n')
            {
                result.Add((byte)'\r');
            }

            result.Add(b);
        }

        return result.ToArray();
    }

    /// <summary>Input: what is left of it for the program.</summary>
    public static ReadOnlyMemory<byte> Input(
        ReadOnlyMemory<byte> bytes, Action<ReadOnlyMemory<byte>> echo, Action interrupt, Action end)
    {
        var result = new List<byte>(bytes.Length);
        var isInterrupted = false;
        var isEnded = false;
        foreach (var b in bytes.Span)
        {
            isInterrupted |= b == EndOfText;
            isEnded |= b == EndOfTransmission;
            if (b is not (EndOfText or EndOfTransmission))
            {
                result.Add(b == '\r' ? (byte)'\n' : b);
            }
        }

        if (result.Count > 0)
        {
            echo(Output(result.ToArray()));
        }

        if (isInterrupted)
        {
            interrupt();
        }

        if (isEnded)
        {
            end();
        }

        return result.ToArray();
    }
}
