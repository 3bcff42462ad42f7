using Rx.Vm.Journal;

namespace Rx.Vm.Tests.Journal;

/// <summary>A disk in memory that can be full, slow or broken.</summary>
internal sealed class FakeDisk : IJournalTarget
{
    private readonly MemoryStream _bytes = new();
    private long _durable;

    /// <summary>How many bytes fit; a write over it puts down what fits and fails.</summary>
    public long Space { get; set; } = long.MaxValue;

    /// <summary>Whether cutting fails as well.</summary>
    public bool CutFails { get; set; }

    /// <summary>Whether making durable fails; what was not durable yet is lost then, as a kernel drops what it could not write.</summary>
    public bool SyncFails { get; set; }

    /// <summary>Called before each write.</summary>
    public Action Before { get; set; } = () => { };

    public int Writes { get; private set; }

    public int Syncs { get; private set; }

    public bool IsClosed { get; private set; }

    public byte[] Content => _bytes.ToArray();

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Before();
        Assert.False(IsClosed, "written after it was closed");
        Writes++;
        var fits = (int)Math.Min(bytes.Length, Space - _bytes.Length);
        _bytes.Write(bytes[..fits]);
        if (fits < bytes.Length)
        {
            throw new IOException("no space left");
        }
    }

    public void CutTo(long length)
    {
        if (CutFails)
        {
            throw new IOException("can not cut");
        }

        _bytes.SetLength(length);
        _bytes.Position = length;
        _durable = Math.Min(_durable, length);
    }

    public void Sync()
    {
        Syncs++;
        if (SyncFails)
        {
            _bytes.GetBuffer().AsSpan((int)_durable, (int)(_bytes.Length - _durable)).Clear();
            throw new IOException("can not sync");
        }

        _durable = _bytes.Length;
    }

    public void Dispose() => IsClosed = true;
}
